/** The dashboard of one click: it is made once, and opened from then on. */

export const DASHBOARD = "facequota-dashboard";

/** Return if the dashboard exists. */
export async function hasDashboard(hass) {
  const dashboards = await hass.callWS({ type: "lovelace/dashboards/list" });
  return dashboards.some(({ url_path: path }) => path === DASHBOARD);
}

/** Make the dashboard unless it exists, and open it. */
export async function openDashboard(hass) {
  if (!(await hasDashboard(hass))) {
    await hass.callWS({
      type: "lovelace/dashboards/create",
      url_path: DASHBOARD,
      title: "FaceQuota",
      icon: "mdi:paper-roll",
      mode: "storage",
      require_admin: false,
      show_in_sidebar: true,
    });
    const config = { strategy: { type: "custom:facequota" } };
    await hass.callWS({ type: "lovelace/config/save", url_path: DASHBOARD, config });
  }
  history.pushState(null, "", `/${DASHBOARD}`);
  window.dispatchEvent(new CustomEvent("location-changed", { detail: { replace: false } }));
}
