#pragma once

#include <cstdint>

namespace esphome::paper_dispenser {

/// A second clock that can switch the motor off when the main loop hangs: its own hardware counter and its own interrupt.
/// There is one motor, hence one timer for the whole program.
class CutTimer {
 public:
  using Handler = void (*)(void *argument);

  /// `handler` is called from an interrupt. Returns false when the hardware has no timer left.
  bool setup(Handler handler, void *argument);
  /// Call the handler once, `ms` from now.
  void arm(uint32_t ms);
  void disarm();

 protected:
  bool armed_{false};
};

}  // namespace esphome::paper_dispenser
