#pragma once

#include "esphome/components/text/text.h"

#include "utf8.h"

namespace esphome::paper_dispenser {

/// The text on the visitor's display. Not kept over a reboot: its visitor has gone by then.
class DisplayText final : public text::Text {
 public:
  void set_display_bytes(size_t bytes) { this->display_bytes_ = bytes; }

  /// Show the dispenser's own text, while Home Assistant is away.
  void show(const std::string &text) {
    this->publish_state(fit_utf8(text, this->display_bytes_));
    this->own_ = true;
  }
  /// Remove that text, unless Home Assistant has written since.
  void clear() {
    if (this->own_)
      this->show("");
    this->own_ = false;
  }

 protected:
  void control(const std::string &value) override {
    this->own_ = false;
    this->publish_state(fit_utf8(value, this->display_bytes_));
  }

  size_t display_bytes_{120};
  bool own_{false};
};

}  // namespace esphome::paper_dispenser
