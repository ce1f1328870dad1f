// Every way a portion ends, and that the motor is off after it.
#include "../check.h"
#include "rig.h"

TEST(a_portion_is_as_long_as_asked_within_one_pulse) {
  Rig rig;
  rig.portion(60.0f);  // learns how far the paper runs on
  const Portion portion = rig.portion(60.0f);
  CHECK(portion.outcome == Outcome::COMPLETED);
  CHECK(portion.cm >= 59.5f && portion.cm <= 60.5f);
  CHECK(!rig.motor);
}

TEST(tiny_portions_and_a_tired_motor_do_not_change_the_next_long_one) {
  for (const float tiny : {0.5f, 1.0f, 6.0f}) {
    for (const bool tired : {false, true}) {
      Rig rig;
      rig.portion(60.0f);
      for (int i = 0; i < 20; i++) {
        rig.machine.faults.slow_start = tired;
        rig.portion(tiny);
        rig.pass(5000);
      }
      rig.machine.faults.slow_start = false;
      const Portion portion = rig.portion(60.0f);
      CHECK(portion.pulses + 1 >= portion.target_pulses && portion.pulses <= portion.target_pulses + 1);
    }
  }
}

TEST(the_length_is_what_a_ruler_measures) {
  Rig rig;
  for (const float cm : {60.0f, 5.0f, 33.3f, 120.0f}) {
    const double before = rig.machine.position_cm();
    const Portion portion = rig.portion(cm);
    CHECK(std::abs(rig.machine.position_cm() - before - portion.cm) <= 0.5);
  }
}

TEST(the_interrupt_cuts_the_motor_while_the_main_loop_hangs) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.loop_runs = false;
  rig.pass(10000);
  CHECK(!rig.motor);
  CHECK(rig.machine.position_cm() < 63.0);
  rig.loop_runs = true;
  const auto portion = rig.pass(1000);
  CHECK(portion && portion->outcome == Outcome::COMPLETED);
}

TEST(a_jam_stops_the_motor_within_eight_tenths_of_a_second) {
  Rig rig;
  rig.machine.faults.jam = true;
  rig.machine.after_cm = 20.0f;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  while (rig.machine.position_cm() < 20.0)
    rig.tick();
  const auto portion = rig.pass(800);
  CHECK(portion && portion->outcome == Outcome::JAM);
  CHECK(!rig.motor && rig.core.jam());
  CHECK(std::abs(portion->cm - 20.0f) <= 0.5f);
}

TEST(a_motor_that_never_turns_is_a_jam_of_nothing) {
  Rig rig;
  rig.machine.faults.jam = true;
  rig.machine.after_cm = 0.0f;
  const Portion portion = rig.portion(60.0f);
  CHECK(portion.outcome == Outcome::JAM);
  CHECK_EQ(portion.pulses, 0U);
  CHECK(portion.motor_ms <= rig.limits.spin_up_ms + rig.loop_ms);
}

TEST(a_motor_that_is_slow_to_start_has_time_for_its_first_pulse) {
  Rig rig;
  rig.machine.spin_up_s = 8.0f;  // half a centimetre takes half a second
  CHECK(rig.limits.stall_ms < 500);
  CHECK(rig.portion(10.0f).outcome == Outcome::COMPLETED);
}

TEST(pulses_that_never_come_stop_the_motor) {
  Rig rig;
  rig.machine.faults.dead_sensor = true;
  const Portion portion = rig.portion(60.0f);
  CHECK(portion.outcome == Outcome::JAM);
  CHECK(rig.machine.position_cm() < 25.0);
}

TEST(the_end_of_the_roll_is_a_short_portion_and_no_jam) {
  Rig rig;
  rig.machine.faults.empty_roll = true;
  rig.machine.after_cm = 30.0f;
  const Portion portion = rig.portion(60.0f);
  CHECK(portion.outcome == Outcome::SHORT);
  CHECK(std::abs(portion.cm - 30.0f) <= 0.5f);
  CHECK(!rig.core.jam());
  CHECK(rig.start(60.0f) == Refusal::PAPER_OUT);
}

TEST(a_jam_leaves_when_paper_comes_again) {
  Rig rig;
  rig.machine.faults.jam = true;
  rig.portion(60.0f);
  CHECK(rig.core.jam());
  rig.machine.faults.jam = false;
  CHECK(rig.portion(60.0f).outcome == Outcome::COMPLETED);
  CHECK(!rig.core.jam());
}

TEST(three_jams_in_a_row_need_a_person) {
  Rig rig;
  rig.machine.faults.jam = true;
  for (int i = 0; i < 3; i++) {
    CHECK(rig.core.fault() == Fault::NONE);
    rig.portion(60.0f);
  }
  CHECK(rig.core.fault() == Fault::JAMMED);
  rig.machine.faults.jam = false;
  CHECK(rig.start(60.0f) == Refusal::FAULT);
  rig.core.reset(rig.now_ms);
  CHECK(rig.portion(60.0f).outcome == Outcome::COMPLETED);
}

TEST(two_jams_with_a_portion_between_them_need_nobody) {
  Rig rig;
  for (int i = 0; i < 6; i++) {
    rig.machine.faults.jam = i % 2 == 0;
    rig.portion(60.0f);
  }
  CHECK(rig.core.fault() == Fault::NONE);
}

TEST(a_blocked_motor_is_stopped_by_its_current_before_pulses_are_missed) {
  Limits limits;
  limits.stall_current_a = 1.8f;
  Rig rig(limits);
  rig.machine.faults.jam = true;
  const Portion portion = rig.portion(60.0f);
  CHECK(portion.outcome == Outcome::JAM);
  // 20 cm take 0.73 s; the current needs 0.15 s, missing pulses would need 0.4 s.
  CHECK(portion.motor_ms < 1000);
}

TEST(a_short_rush_of_current_is_no_jam) {
  Limits limits;
  limits.stall_current_a = 0.5f;  // less than the motor always draws
  limits.stall_current_ms = 100;
  Rig rig(limits);
  CHECK(rig.start(60.0f) == Refusal::NONE);
  for (int i = 0; i < 40; i++) {
    rig.machine.faults.jam = false;
    rig.tick();
    rig.inputs.current_a = i % 2 == 0 ? 3.0f : 0.1f;
    CHECK(!rig.core.poll(rig.now_ms, rig.inputs));
  }
  CHECK(rig.core.state() == State::RUNNING);
}

TEST(an_open_cover_stops_the_motor_at_the_next_turn_of_the_loop) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.pass(500);
  CHECK(rig.motor);
  rig.inputs.cover_open = true;
  rig.pass(rig.loop_ms);
  CHECK(!rig.motor);
  const auto portion = rig.pass(500);
  CHECK(portion && portion->outcome == Outcome::COVER_OPEN);
  CHECK(rig.start(60.0f) == Refusal::COVER_OPEN);
}

TEST(off_stops_at_once_and_what_came_out_is_measured) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.pass(700);
  rig.core.stop(rig.now_ms);
  CHECK(!rig.motor);
  const auto portion = rig.pass(1000);
  CHECK(portion && portion->outcome == Outcome::STOPPED);
  CHECK(std::abs(portion->cm - rig.machine.position_cm()) <= 0.5);
}

TEST(off_right_after_on_gives_no_paper) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.core.stop(rig.now_ms);
  const auto portion = rig.pass(1000);
  CHECK(portion && portion->outcome == Outcome::STOPPED);
  CHECK_EQ(portion->pulses, 0U);
  CHECK_EQ(rig.core.portions(), 0U);
}

TEST(the_time_limit_ends_a_portion_that_is_too_slow) {
  Limits limits;
  limits.time_limit_ms = 2000;
  Rig rig(limits);
  const Portion portion = rig.portion(200.0f);
  CHECK(portion.outcome == Outcome::TIMEOUT);
  CHECK(portion.motor_ms <= 2000 + rig.loop_ms);
}

TEST(the_time_limit_holds_when_the_second_clock_is_dead) {
  Limits limits;
  limits.time_limit_ms = 2000;
  Rig rig(limits);
  rig.alarm_works = false;
  const Portion portion = rig.portion(200.0f);
  CHECK(portion.outcome == Outcome::TIMEOUT);
  CHECK(portion.motor_ms <= 2000 + rig.loop_ms);
}

TEST(the_time_limit_holds_when_the_first_clock_stands_still) {
  Rig rig;
  rig.machine.faults.dead_sensor = true;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.stopped_at_ms = rig.now_ms;
  rig.clock_runs = false;
  rig.pass(rig.limits.time_limit_ms - 10);
  CHECK(rig.motor);
  rig.pass(20);
  CHECK(!rig.motor);
}

TEST(the_time_limit_holds_when_the_main_loop_hangs) {
  Rig rig;
  rig.machine.faults.dead_sensor = true;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.loop_runs = false;
  rig.pass(rig.limits.time_limit_ms + 5);
  CHECK(!rig.motor);
}

TEST(a_relay_that_sticks_is_found_when_the_paper_goes_on) {
  Rig rig;
  CHECK(rig.start(30.0f) == Refusal::NONE);
  rig.pass(200);
  rig.machine.faults.stuck_relay = true;
  const auto portion = rig.pass(4000);
  CHECK(portion && portion->outcome == Outcome::STUCK);
  CHECK(rig.core.fault() == Fault::STUCK);
  rig.machine.faults.stuck_relay = false;
  CHECK(rig.start(60.0f) == Refusal::FAULT);
}
