#pragma once

#ifdef USE_HOST

#include <atomic>
#include <mutex>
#include <semaphore.h>

#include "esphome/components/paper_dispenser/paper_dispenser.h"
#include "esphome/core/component.h"

#include "physics.h"

namespace esphome::paper_simulator {

/// Runs the machine in a thread of its own, so that its pulses come like interrupts: at any moment, and also when the main loop
/// hangs. The thread sleeps while nothing moves.
class PaperSimulator : public Component, public Parented<paper_dispenser::PaperDispenser> {
 public:
  void setup() override;
  /// Before the dispenser, which switches its motor off first of all.
  float get_setup_priority() const override { return setup_priority::HARDWARE + 2.0f; }

  /// Change what is wrong: `simulator.change([](Machine &m) { m.faults.jam = true; })`.
  template<typename F> void change(F &&change) {
    {
      std::lock_guard<std::mutex> lock(this->mutex_);
      change(this->machine_);
    }
    sem_post(&this->wake_);
  }

  /// Stop the main loop for so long, as a firmware does that hangs.
  void hang(uint32_t ms);

  bool moving();
  bool powered();
  bool paper_out();
  float current();
  float position_cm();

 protected:
  void run_();
  void step_(uint32_t now_us);
  void power_(bool on);

  std::mutex mutex_;
  Machine machine_;
  std::atomic<bool> gate_{false};
  sem_t wake_;
};

}  // namespace esphome::paper_simulator

#endif  // USE_HOST
