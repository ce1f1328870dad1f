#pragma once

#include <cstdint>
#include <optional>

#include "../../../esphome/components/paper_dispenser/core.h"
#include <cstdio>
#include <cstdlib>
#include "../../../esphome/components/paper_simulator/physics.h"

/// The real state machine on the simulated machine, in virtual time: a millisecond of physics at a time, the main loop every
/// `loop_ms`, the second clock where the hardware's alarm would come.
using namespace esphome::paper_dispenser;
using esphome::paper_simulator::Machine;

struct Pin {
  bool *motor{nullptr};
  void digital_write(bool on) {
    if (this->motor != nullptr)
      *this->motor = on;
  }
};

/// A gate whose counter can be set, because nobody waits for four thousand million pulses.
struct Gate : PulseGate<Pin> {
  using PulseGate::PulseGate;
  void wind(uint32_t pulses) { this->pulses_.store(pulses); }
};

struct Rig {
  explicit Rig(const Limits &limits = {}, uint32_t start_ms = 1000) : limits(limits), gate(Pin{&motor}), core(gate, limits) {
    this->now_ms = start_ms;
    this->core.setup(start_ms);
  }
  Rig(const Rig &) = delete;

  /// Let time pass. Returns the last portion that ended in it.
  std::optional<Portion> pass(uint32_t ms) {
    std::optional<Portion> ended;
    for (uint32_t i = 0; i < ms; i++) {
      if (auto portion = this->tick())
        ended = portion;
    }
    return ended;
  }

  std::optional<Portion> tick() {
    this->now_ms++;
    this->was_on = this->was_on || this->motor;
    this->on_ms = this->motor ? this->on_ms + 1 : 0;
    if (this->alarm_works && this->on_ms >= this->limits.time_limit_ms)
      this->gate.expire();
    if (this->machine.step(0.001f, this->motor))
      this->gate.edge(this->now_ms * 1000U);
    for (uint32_t us = 0; this->machine.faults.noisy_sensor && us < 1000; us += 100)
      this->gate.edge(this->now_ms * 1000U + us);
    this->inputs.paper_out = this->machine.paper_out();
    this->inputs.current_a = this->measures_current ? this->machine.current() + this->wrong_current_a : NAN;
    if (!this->loop_runs || this->now_ms % this->loop_ms != 0)
      return std::nullopt;
    return this->core.poll(this->clock_runs ? this->now_ms : this->stopped_at_ms, this->inputs);
  }

  Refusal start(float cm) { return this->core.start(cm, this->now_ms, this->inputs); }

  /// One whole portion, and the pause after it.
  Portion portion(float cm) {
    const Refusal refusal = this->start(cm);
    if (refusal != Refusal::NONE) {
      std::fprintf(stderr, "refused: %d\n", static_cast<int>(refusal));
      std::abort();
    }
    for (uint32_t i = 0; i < 60000; i++) {
      if (auto ended = this->tick()) {
        this->pass(this->limits.cooldown_ms + this->loop_ms);
        return *ended;
      }
    }
    std::fprintf(stderr, "the portion never ended\n");
    std::abort();
  }

  Limits limits;
  bool motor{false};
  bool was_on{false};
  uint32_t now_ms;
  uint32_t on_ms{0};
  uint32_t loop_ms{16};
  bool loop_runs{true};   ///< false: the main loop hangs
  bool clock_runs{true};  ///< false: millis() stands still
  uint32_t stopped_at_ms{0};
  bool alarm_works{true};
  bool measures_current{true};
  float wrong_current_a{0.0f};  ///< what the sensor says too much
  Machine machine;
  Inputs inputs;
  Gate gate;
  Core<Pin> core;
};
