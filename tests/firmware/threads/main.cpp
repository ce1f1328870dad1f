// The interrupts as threads, under the thread sanitizer: on a chip with two cores they come at any moment.
#include <atomic>
#include <chrono>
#include <thread>

#include "../../../esphome/components/paper_dispenser/core.h"
#include "../check.h"

using namespace esphome::paper_dispenser;

namespace {

struct SharedPin {
  std::atomic<bool> *motor{nullptr};
  void digital_write(bool on) {
    if (this->motor != nullptr)
      this->motor->store(on);
  }
};

}  // namespace

TEST(an_interrupt_that_comes_while_the_gate_opens_has_the_last_word) {
  std::atomic<bool> motor{false};
  std::atomic<bool> done{false};
  PulseGate<SharedPin> gate(SharedPin{&motor});
  std::thread sensor([&] {
    for (uint32_t us = 0; !done.load(); us += 5000)
      gate.edge(us);
  });
  for (int i = 0; i < 4000; i++) {
    const uint32_t target = gate.pulses() + 1;
    gate.open(target);
    while (gate.cut_by() != Cut::TARGET)
      std::this_thread::yield();
    CHECK(!gate.is_open() && !motor.load());
  }
  done.store(true);
  sensor.join();
}

TEST(pulses_alarm_and_main_loop_agree_that_the_motor_is_off) {
  std::atomic<bool> motor{false};
  std::atomic<bool> done{false};
  PulseGate<SharedPin> gate(SharedPin{&motor});
  Core<SharedPin> core(gate, Limits{.time_limit_ms = 500, .settle_ms = 2, .cooldown_ms = 0, .duty_capacity_ms = 1u << 30});
  core.setup(0);
  std::thread sensor([&] {
    for (uint32_t us = 0; !done.load(); us += 5000) {
      if (motor.load())
        gate.edge(us);
    }
  });
  std::thread alarm([&] {
    while (!done.load()) {
      gate.expire();
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  });
  int ended = 0;
  for (uint32_t ms = 0; ended < 1000; ms++) {
    core.start(20.0f, ms, {});
    if (core.poll(ms, {})) {
      ended++;
      CHECK(!motor.load());
    }
  }
  done.store(true);
  sensor.join();
  alarm.join();
}

int main(int argc, char **argv) { return check::run(argc, argv); }
