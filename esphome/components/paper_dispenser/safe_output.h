#pragma once

namespace esphome::paper_dispenser {

/// Make a pin an output that is off from its first moment: the level is set before the pin drives it, because an inverted output
/// would be on until then, and after, for chips that forget it on the way.
template<typename Pin> void set_up_off(Pin &pin) {
  pin.digital_write(false);
  pin.setup();
  pin.digital_write(false);
}

}  // namespace esphome::paper_dispenser
