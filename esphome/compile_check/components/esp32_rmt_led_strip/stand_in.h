#pragma once

#include "esphome/components/light/light_output.h"

namespace esphome::esp32_rmt_led_strip {

class StandIn final : public light::LightOutput {
 public:
  light::LightTraits get_traits() override {
    auto traits = light::LightTraits();
    traits.set_supported_color_modes({light::ColorMode::RGB});
    return traits;
  }
  void write_state(light::LightState * /*state*/) override {}
};

}  // namespace esphome::esp32_rmt_led_strip
