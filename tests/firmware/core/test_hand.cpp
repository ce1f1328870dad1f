// Paper that moves while the motor is off: a hand that pulls, or a motor that runs by itself.
#include "../check.h"
#include "rig.h"

namespace {
constexpr float A_LONG_PULL_CM = 60.0f;
}  // namespace

TEST(paper_that_moves_while_the_motor_is_off_is_a_latched_fault) {
  Rig rig;
  rig.machine.faults.stuck_relay = true;
  rig.pass(450);
  CHECK(rig.core.fault() == Fault::STRAY);
  CHECK(rig.machine.position_cm() < 15.0);
  rig.machine.faults.stuck_relay = false;
  rig.pass(60000);
  CHECK(rig.core.fault() == Fault::STRAY);
  CHECK(rig.start(60.0f) == Refusal::FAULT);
  rig.core.reset(rig.now_ms);
  CHECK(rig.start(60.0f) == Refusal::NONE);
}

TEST(tearing_the_paper_off_is_no_fault_but_is_counted) {
  Rig rig;
  for (int visitor = 0; visitor < 20; visitor++) {
    rig.portion(60.0f);
    rig.machine.pull_cm = 8.0f;
    rig.pass(15000);
    CHECK(rig.core.fault() == Fault::NONE);
  }
  CHECK(std::abs(rig.core.total_cm() - rig.machine.position_cm()) <= 0.5);
}

TEST(pulls_of_long_ago_are_forgotten) {
  Rig rig;
  for (int pull = 0; pull < 10; pull++) {
    rig.machine.pull_cm = 8.0f;
    rig.pass(rig.limits.stray_window_ms + 1000);
    CHECK(rig.core.fault() == Fault::NONE);
  }
}

TEST(a_portion_between_two_pulls_makes_them_two) {
  Rig rig;
  rig.machine.pull_cm = 8.0f;
  rig.pass(500);
  rig.portion(5.0f);
  rig.machine.pull_cm = 8.0f;
  rig.pass(500);
  CHECK(rig.core.fault() == Fault::NONE);
}

TEST(a_pull_is_counted_and_forgiven_after_a_rest) {
  for (const bool measures_current : {true, false}) {
    Rig rig;
    rig.measures_current = measures_current;
    rig.portion(60.0f);
    rig.core.take_strays_cm();
    rig.machine.pull_cm = A_LONG_PULL_CM;
    rig.pass(3000);
    CHECK(rig.core.pulled());
    CHECK(rig.core.fault() == Fault::NONE);
    CHECK(std::abs(rig.core.take_strays_cm() - A_LONG_PULL_CM) <= 0.5);
    CHECK(std::abs(rig.core.total_cm() - rig.machine.position_cm()) <= 0.5);
    rig.pass(rig.limits.stray_window_ms);
    CHECK(!rig.core.pulled());
    CHECK(rig.portion(60.0f).outcome == Outcome::COMPLETED);
  }
}

TEST(a_visitor_who_asks_while_somebody_has_pulled_gets_paper) {
  Rig rig;
  rig.machine.pull_cm = A_LONG_PULL_CM;
  rig.pass(3000);
  CHECK(rig.core.pulled());
  CHECK(rig.portion(60.0f).outcome == Outcome::COMPLETED);
}

TEST(pulling_arm_by_arm_closes_nothing_however_long) {
  for (const bool measures_current : {true, false}) {
    Rig rig;
    rig.measures_current = measures_current;
    for (int arm = 0; arm < 20; arm++) {
      rig.machine.pull_cm = A_LONG_PULL_CM;
      rig.pass(2400 + 300);  // 25 cm a second, then the next grip
      CHECK(rig.core.fault() == Fault::NONE);
    }
  }
}

TEST(one_wrong_reading_of_the_current_makes_no_motor_of_a_hand) {
  for (uint32_t at = 0; at < 3000; at += 97) {
    Rig rig;
    rig.loop_ms = 10;
    CHECK(rig.start(10.0f) == Refusal::NONE);
    while (rig.core.state() != State::COASTING)
      rig.tick();
    rig.machine.pull_cm = A_LONG_PULL_CM;
    rig.pass(at);
    rig.wrong_current_a = 3.0f;
    rig.pass(50);  // the sensor is asked twenty times a second
    rig.wrong_current_a = 0.0f;
    rig.pass(3000);
    CHECK(rig.core.fault() == Fault::NONE);
  }
}

TEST(a_long_pull_without_a_current_is_no_motor_however_steady) {
  Rig rig;
  rig.machine.pull_cm = 500.0f;
  rig.pass(25000);
  CHECK(rig.core.fault() == Fault::NONE);
}

TEST(a_motor_that_runs_by_itself_is_found_without_a_current_sensor) {
  Rig rig;
  rig.measures_current = false;
  rig.portion(60.0f);
  rig.machine.faults.stuck_relay = true;
  rig.pass(rig.limits.stray_run_ms + 500);
  CHECK(rig.core.fault() == Fault::STRAY);
  rig.machine.faults.stuck_relay = false;
  rig.pass(60000);
  CHECK(rig.start(60.0f) == Refusal::FAULT);
}

TEST(a_motor_that_has_power_and_is_blocked_is_found_without_a_pulse) {
  Limits limits;
  limits.stall_current_a = 1.8f;
  Rig rig(limits);
  rig.machine.faults.jam = true;
  rig.machine.after_cm = 0.0f;
  rig.machine.faults.stuck_relay = true;
  rig.pass(500);
  CHECK(rig.core.fault() == Fault::STRAY);
}

TEST(a_hand_that_takes_the_paper_at_the_end_of_a_portion_closes_nothing) {
  for (const bool measures_current : {true, false}) {
    Rig rig;
    rig.measures_current = measures_current;
    rig.portion(60.0f);
    CHECK(rig.start(60.0f) == Refusal::NONE);
    while (rig.core.state() != State::COASTING)
      rig.tick();
    rig.machine.pull_cm = A_LONG_PULL_CM;
    const auto portion = rig.pass(4000);
    CHECK(portion && portion->outcome == Outcome::COMPLETED);
    CHECK(rig.core.fault() == Fault::NONE);
    rig.pass(2000);
    // Nor does it spoil the next one: this was no coasting.
    const Portion next = rig.portion(60.0f);
    CHECK(next.cm >= 59.0f && next.cm <= 61.0f);
  }
}

TEST(a_relay_that_sticks_in_a_portion_is_found_without_a_current_sensor) {
  for (const bool somebody_asks : {false, true}) {
    Rig rig;
    rig.measures_current = false;
    CHECK(rig.start(30.0f) == Refusal::NONE);
    rig.pass(200);
    rig.machine.faults.stuck_relay = true;
    for (int i = 0; i < 80; i++) {
      rig.pass(100);
      if (somebody_asks)
        CHECK(rig.start(30.0f) != Refusal::NONE || rig.core.fault() == Fault::NONE);
    }
    CHECK(rig.core.fault() == Fault::STUCK);
  }
}
