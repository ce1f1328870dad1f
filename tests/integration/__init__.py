"""FaceQuota inside Home Assistant's test harness."""
