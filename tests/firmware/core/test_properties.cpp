// What holds whatever happens: thousands of random days, each from a seed that is printed when it goes wrong.
#include <random>

#include "../check.h"
#include "rig.h"

namespace {

struct Day {
  explicit Day(uint32_t seed) : random(seed) {
    this->limits.time_limit_ms = this->between(1000, 9000);
    this->limits.cooldown_ms = this->between(0, 2000);
    this->limits.stall_current_a = this->chance(2) ? 1.8f : 0.0f;
  }
  uint32_t between(uint32_t low, uint32_t high) { return std::uniform_int_distribution<uint32_t>(low, high)(this->random); }
  bool chance(uint32_t in) { return this->between(1, in) == 1; }
  float length() {
    switch (this->between(0, 9)) {
      case 0:
        return NAN;
      case 1:
        return -5.0f;
      case 2:
        return 1e20f;
      default:
        return this->between(1, 2000) / 10.0f;
    }
  }

  std::mt19937 random;
  Limits limits;
};

/// Something that happens to a dispenser.
void happen(Day &day, Rig &rig) {
  const WallClock clock{!day.chance(10), 1'800'000'000 + rig.now_ms / 1000, day.between(0, 1)};
  auto &faults = rig.machine.faults;
  switch (day.between(0, 13)) {
    case 0:
    case 1:
    case 2:
      rig.start(day.length());
      break;
    case 3:
    case 4: {
      const std::string id = std::to_string(day.between(0, 30));
      rig.core.dispense(day.length(), id, clock.now_s + day.between(0, 80) - 10, clock, rig.now_ms, rig.inputs);
      break;
    }
    case 5:
      rig.core.stop(rig.now_ms);
      break;
    case 6:
      rig.inputs.cover_open = day.chance(3);
      break;
    case 7:
      faults.jam = day.chance(3);
      rig.machine.after_cm = day.between(0, 100);
      break;
    case 8:
      faults.empty_roll = day.chance(4);
      break;
    case 9:
      faults.dead_sensor = day.chance(6);
      break;
    case 10:
      faults.noisy_sensor = day.chance(6);
      break;
    case 11:
      rig.machine.pull_cm = day.between(0, 10);
      break;
    case 12:
      faults.slow_start = day.chance(3);
      break;
    case 13:
      rig.core.reset(rig.now_ms);
      break;
  }
}

}  // namespace

TEST(the_motor_never_runs_past_its_limits_whatever_happens) {
  for (uint32_t seed = 0; seed < 400; seed++) {
    Day day(seed);
    Rig rig(day.limits, day.between(0, 0xFFFFFFFF));
    rig.loop_ms = day.between(1, 40);
    rig.alarm_works = !day.chance(4);
    const uint32_t longest = day.limits.time_limit_ms + (rig.alarm_works ? 0 : rig.loop_ms);
    for (int event = 0; event < 60; event++) {
      happen(day, rig);
      const uint32_t pause = day.between(1, 3000);
      for (uint32_t i = 0; i < pause; i++) {
        rig.tick();
        if (rig.on_ms > longest) {
          std::fprintf(stderr, "seed %u: the motor ran for %u ms\n", seed, rig.on_ms);
          std::exit(1);
        }
        // The motor is on in one state only.
        CHECK(!rig.motor || rig.core.state() == State::RUNNING);
      }
    }
  }
}

TEST(no_portion_is_longer_than_asked_by_more_than_the_paper_coasts) {
  for (uint32_t seed = 1000; seed < 1300; seed++) {
    Day day(seed);
    Rig rig(day.limits);
    const float speed = rig.machine.full_speed;
    const float longest_coast = speed * speed / (2 * rig.machine.friction) + 0.5f;
    for (int visitor = 0; visitor < 6; visitor++) {
      const float asked = day.between(10, 2000) / 10.0f;
      const double before = rig.machine.position_cm();
      if (rig.start(asked) != Refusal::NONE)
        continue;
      rig.pass(12000);
      CHECK(rig.machine.position_cm() - before <= asked + longest_coast + 0.5);
    }
  }
}

TEST(every_pulse_is_counted_once_whatever_happens) {
  for (uint32_t seed = 2000; seed < 2200; seed++) {
    Day day(seed);
    Rig rig(day.limits);
    for (int event = 0; event < 60; event++) {
      happen(day, rig);
      rig.pass(day.between(1, 2000));
    }
    rig.core.poll(rig.now_ms, rig.inputs);
    CHECK(std::abs(rig.core.total_cm() - rig.gate.pulses() * 0.5) < 1e-6);
  }
}

TEST(portions_and_strays_add_up_to_the_total) {
  for (uint32_t seed = 3000; seed < 3200; seed++) {
    Day day(seed);
    Rig rig(day.limits);
    double portions = 0;
    for (int event = 0; event < 40; event++) {
      if (!day.chance(4))
        rig.start(day.length());
      else
        rig.core.stop(rig.now_ms);
      for (uint32_t i = day.between(1, 5000); i > 0; i--) {
        if (const auto portion = rig.tick())
          portions += portion->cm;
      }
    }
    while (rig.core.state() != State::IDLE) {
      if (const auto portion = rig.tick())
        portions += portion->cm;
    }
    CHECK(std::abs(rig.core.total_cm() - portions) < 0.001);
  }
}

TEST(random_pulse_trains_never_open_the_gate_and_never_close_it_late) {
  std::mt19937 random(4000);
  for (int round = 0; round < 2000; round++) {
    bool motor = false;
    PulseGate<Pin> gate(Pin{&motor});
    uint32_t us = random();
    const uint32_t target = 1 + random() % 50;
    for (uint32_t i = random() % 20; i > 0; i--)
      gate.edge(us += random() % 40000);
    CHECK(!motor);
    const uint32_t start = gate.pulses();
    gate.open(start + target);
    for (int i = 0; i < 400; i++) {
      gate.edge(us += random() % 40000);
      CHECK_EQ(motor, gate.pulses() - start < target);
    }
    CHECK(gate.cut_by() == Cut::TARGET);
    CHECK_EQ(gate.cut_pulses() - start, target);
  }
}

TEST(any_record_at_all_leaves_a_dispenser_that_works) {
  std::mt19937 random(5000);
  for (int round = 0; round < 20000; round++) {
    Record record;
    auto *bytes = reinterpret_cast<unsigned char *>(&record);
    for (size_t i = 4; i < sizeof(record); i++)
      bytes[i] = static_cast<unsigned char>(random());
    record.seal();  // even one whose checksum is right
    Rig rig;
    rig.core.restore(record);
    rig.core.reset(rig.now_ms);
    CHECK(std::isfinite(rig.core.total_cm()) && rig.core.total_cm() >= 0);
    if (round % 1000 == 0)
      rig.portion(20.0f);
  }
}
