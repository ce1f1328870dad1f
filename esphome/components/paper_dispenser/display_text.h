#pragma once

#include "esphome/components/text/text.h"

#include "utf8.h"

namespace esphome::paper_dispenser {

/// What the visitor is told. Not kept over a reboot: it is about somebody who has gone.
class DisplayText final : public text::Text {
 public:
  void set_display_bytes(size_t bytes) { this->display_bytes_ = bytes; }

 protected:
  void control(const std::string &value) override { this->publish_state(fit_utf8(value, this->display_bytes_)); }

  size_t display_bytes_{120};
};

}  // namespace esphome::paper_dispenser
