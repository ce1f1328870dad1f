#pragma once

#include "esphome/components/text/text.h"

#include "utf8.h"

namespace esphome::paper_dispenser {

/// What the visitor is told. Not kept over a reboot: it is about somebody who has gone.
class DisplayText final : public text::Text {
 public:
  void set_display_bytes(size_t bytes) { this->display_bytes_ = bytes; }

  /// What the dispenser itself has to say, while Home Assistant is away.
  void show(const std::string &text) {
    this->publish_state(fit_utf8(text, this->display_bytes_));
    this->own_ = true;
  }
  /// Take it away, unless Home Assistant has written since.
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
