// Every way a portion is refused, and that nothing moves then.
#include "../check.h"
#include "rig.h"

namespace {
constexpr WallClock NOON{true, 1'800'000'000, 0};

Refusal dispense(Rig &rig, const char *id, uint32_t expires = NOON.now_s + 5, WallClock clock = NOON, float cm = 60.0f) {
  return rig.core.dispense(cm, id, expires, clock, rig.now_ms, rig.inputs);
}
}  // namespace

TEST(a_length_that_is_no_length_moves_nothing) {
  Rig rig;
  for (const float cm : {NAN, INFINITY, -INFINITY, -1.0f, -0.0f, 0.0f, 200.1f, 1e30f})
    CHECK(rig.start(cm) == Refusal::LENGTH);
  rig.pass(1000);
  CHECK(!rig.was_on);
}

TEST(the_shortest_portion_is_one_pulse) {
  Rig rig;
  const Portion portion = rig.portion(0.001f);
  CHECK(portion.outcome == Outcome::COMPLETED);
  CHECK_EQ(portion.target_pulses, 1U);
}

TEST(a_second_start_while_a_portion_runs_is_busy) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.pass(500);
  CHECK(rig.start(60.0f) == Refusal::BUSY);
  CHECK(dispense(rig, "other") == Refusal::BUSY);
  const auto portion = rig.pass(3000);
  CHECK(portion && portion->cm < 62.0f);
}

TEST(a_start_right_after_a_portion_waits_for_the_pause) {
  Rig rig;
  CHECK(rig.start(10.0f) == Refusal::NONE);
  while (!rig.tick()) {
  }
  CHECK(rig.start(10.0f) == Refusal::COOLDOWN);
  rig.pass(rig.limits.cooldown_ms);
  CHECK(rig.start(10.0f) == Refusal::NONE);
}

TEST(a_motor_that_ran_for_long_has_to_cool) {
  Rig rig;
  int portions = 0;
  while (rig.start(120.0f) == Refusal::NONE && portions < 1000) {
    portions++;
    while (!rig.tick()) {
    }
    rig.pass(rig.limits.cooldown_ms + rig.loop_ms);
  }
  CHECK(portions > 5 && portions < 40);
  CHECK(rig.start(120.0f) == Refusal::DUTY);
  rig.pass(60000);
  CHECK(rig.start(120.0f) == Refusal::NONE);
}

TEST(a_usual_day_never_meets_the_duty_limit) {
  Rig rig;
  rig.loop_ms = 8;
  for (int visitor = 0; visitor < 200; visitor++) {
    CHECK(rig.portion(60.0f).outcome == Outcome::COMPLETED);
    rig.pass(7000);
  }
}

TEST(an_update_stops_the_portion_and_none_begins_until_it_is_over) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.pass(500);
  rig.core.set_updating(true, rig.now_ms);
  CHECK(!rig.motor);
  const auto portion = rig.pass(1000);
  CHECK(portion && portion->outcome == Outcome::STOPPED);
  rig.pass(2000);
  CHECK(rig.start(60.0f) == Refusal::UPDATING);
  CHECK(dispense(rig, "visit-1") == Refusal::UPDATING);
  rig.core.set_updating(false, rig.now_ms);
  CHECK(dispense(rig, "visit-1") == Refusal::NONE);
}

TEST(a_repeated_request_gives_paper_once) {
  Rig rig;
  CHECK(dispense(rig, "visit-1") == Refusal::NONE);
  CHECK(dispense(rig, "visit-1") == Refusal::NONE);
  rig.pass(5000);
  CHECK(dispense(rig, "visit-1") == Refusal::NONE);
  rig.pass(5000);
  CHECK_EQ(rig.core.portions(), 1U);
}

TEST(a_repeated_request_is_answered_after_its_expiry_too) {
  Rig rig;
  CHECK(dispense(rig, "visit-1") == Refusal::NONE);
  rig.pass(5000);
  WallClock later = NOON;
  later.now_s += 100;
  CHECK(dispense(rig, "visit-1", NOON.now_s + 5, later) == Refusal::NONE);
  rig.pass(5000);
  CHECK_EQ(rig.core.portions(), 1U);
}

TEST(a_request_that_was_refused_may_come_again) {
  Rig rig;
  rig.inputs.cover_open = true;
  CHECK(dispense(rig, "visit-1") == Refusal::COVER_OPEN);
  rig.inputs.cover_open = false;
  CHECK(dispense(rig, "visit-1") == Refusal::NONE);
  rig.pass(5000);
  CHECK_EQ(rig.core.portions(), 1U);
}

TEST(a_request_without_a_usable_id_is_refused) {
  Rig rig;
  CHECK(dispense(rig, "") == Refusal::REQUEST_ID);
  CHECK(dispense(rig, std::string(65, 'x').c_str()) == Refusal::REQUEST_ID);
  CHECK(dispense(rig, std::string(64, 'x').c_str()) == Refusal::NONE);
}

TEST(a_command_that_comes_late_gives_nothing) {
  Rig rig;
  CHECK(dispense(rig, "a", NOON.now_s - 1) == Refusal::LATE);
  CHECK(dispense(rig, "b", NOON.now_s) == Refusal::LATE);
  CHECK(dispense(rig, "c", 0) == Refusal::LATE);
  rig.pass(1000);
  CHECK(!rig.was_on);
}

TEST(a_clock_that_may_be_behind_counts_against_the_command) {
  Rig rig;
  WallClock clock = NOON;
  clock.uncertainty_s = 1;
  CHECK(dispense(rig, "a", NOON.now_s + 1, clock) == Refusal::LATE);
  CHECK(dispense(rig, "b", NOON.now_s + 2, clock) == Refusal::NONE);
}

TEST(a_command_that_would_stay_good_for_long_is_refused) {
  Rig rig;
  CHECK(dispense(rig, "a", NOON.now_s + 61) == Refusal::EXPIRY);
  CHECK(dispense(rig, "b", NOON.now_s + 2'000'000'000) == Refusal::EXPIRY);
  CHECK(dispense(rig, "c", NOON.now_s + 60) == Refusal::NONE);
}

TEST(without_a_clock_no_command_with_an_expiry_runs) {
  Rig rig;
  CHECK(dispense(rig, "a", NOON.now_s + 5, WallClock{false, 0, 0}) == Refusal::NO_CLOCK);
  CHECK(rig.start(60.0f) == Refusal::NONE);  // the plain switch needs none
}

TEST(expiries_pass_the_end_of_32_bits) {
  Rig rig;
  WallClock clock{true, 0xFFFFFFFE, 0};
  CHECK(dispense(rig, "late", 0xFFFFFFFD, clock) == Refusal::LATE);
  CHECK(dispense(rig, "good", 3, clock) == Refusal::NONE);
}

TEST(a_calibration_that_cannot_be_is_refused) {
  Rig rig;
  CHECK(!rig.core.calibrate(60.0f));  // nothing ran yet
  const Portion portion = rig.portion(60.0f);
  for (const float cm : {0.0f, -1.0f, NAN, INFINITY, 1e9f})
    CHECK(!rig.core.calibrate(cm));
  CHECK_EQ(rig.core.cm_per_pulse(), 0.5f);
  CHECK(rig.core.calibrate(66.0f));
  CHECK(std::abs(rig.core.cm_per_pulse() - 66.0f / portion.pulses) < 1e-6f);
  for (const float cm : {0.0f, -0.5f, NAN, 11.0f})
    CHECK(!rig.core.set_cm_per_pulse(cm));
}

TEST(the_calibration_stays_as_it_is_while_a_portion_runs) {
  Rig rig;
  rig.portion(60.0f);
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.pass(500);
  CHECK(!rig.core.set_cm_per_pulse(0.6f) && !rig.core.calibrate(66.0f));
  rig.pass(4000);
  CHECK(rig.core.set_cm_per_pulse(0.6f));
}

TEST(a_portion_too_short_to_measure_by_does_not_calibrate) {
  Rig rig;
  rig.portion(2.0f);
  CHECK(!rig.core.calibrate(2.0f));
}

TEST(the_status_says_what_keeps_it_from_giving_paper) {
  // Whatever start() refuses for longer than a pause is no "ready".
  Rig rig;
  CHECK(rig.core.status(rig.inputs) == Status::READY);
  while (rig.start(120.0f) == Refusal::NONE) {
    while (!rig.tick()) {
    }
    rig.pass(rig.limits.cooldown_ms + rig.loop_ms);
  }
  CHECK(rig.core.status(rig.inputs) == Status::COOLING);
  rig.pass(60000);
  CHECK(rig.core.status(rig.inputs) == Status::READY);
  rig.machine.faults.jam = true;
  rig.portion(60.0f);
  CHECK(rig.core.status(rig.inputs) == Status::JAM);
  rig.inputs.paper_out = true;
  CHECK(rig.core.status(rig.inputs) == Status::PAPER_OUT);
  rig.inputs.cover_open = true;
  CHECK(rig.core.status(rig.inputs) == Status::COVER_OPEN);
}

TEST(a_chip_without_a_second_clock_never_starts_even_after_a_reset) {
  Rig rig;
  rig.core.has_no_timer();
  rig.core.reset(rig.now_ms);
  CHECK(rig.core.status(rig.inputs) == Status::TIMER);
  CHECK(rig.start(60.0f) == Refusal::FAULT);
}
