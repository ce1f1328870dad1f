#pragma once

namespace esphome::paper_dispenser {

/// Make a pin an output that is off from the first moment: the level is set before the pin drives it, because an inverted output
/// would be on until then; and again afterwards, because some chips lose it.
template<typename Pin> void set_up_off(Pin &pin) {
  pin.digital_write(false);
  pin.setup();
  pin.digital_write(false);
}

}  // namespace esphome::paper_dispenser
