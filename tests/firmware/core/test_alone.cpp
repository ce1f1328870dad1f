// Without Home Assistant: who gets what, and what is counted.
#include "../check.h"
#include "../../../esphome/components/paper_dispenser/alone.h"
#include "../../../esphome/components/paper_dispenser/tally.h"
#include "rig.h"

namespace {

struct Alone {
  AloneLane lane;
  uint32_t now_ms{0};
  explicit Alone(uint32_t start_ms = 1000) : now_ms(start_ms) { this->lane.start(start_ms); }
  void pass(uint32_t ms, bool connected = false) {
    for (const uint32_t end = this->now_ms + ms; this->now_ms != end; this->now_ms += 100)
      this->lane.update(connected, this->now_ms);
    this->lane.update(connected, this->now_ms);
  }
};

}  // namespace

TEST(while_home_assistant_is_there_the_dispenser_gives_nothing_by_itself) {
  Alone it;
  it.pass(3600000, true);
  CHECK(!it.lane.away() && it.lane.ask() == Refusal::NO_HOME_ASSISTANT);
  CHECK_EQ(it.lane.wait_ms(it.now_ms), 0U);
}

TEST(after_a_while_without_it_each_window_gives_one_portion) {
  Alone it;
  it.pass(5000, true);
  it.pass(59000);
  CHECK(it.lane.ask() == Refusal::NO_HOME_ASSISTANT);
  CHECK_EQ(it.lane.wait_ms(it.now_ms), 1000U);
  it.pass(1000);
  int given = 0;
  for (const uint32_t end = it.now_ms + 3600000; it.now_ms != end; it.pass(100)) {
    if (it.lane.ask() == Refusal::NONE) {
      it.lane.given(it.now_ms);
      given++;
      CHECK(it.lane.ask() == Refusal::WINDOW);
      CHECK_EQ(it.lane.wait_ms(it.now_ms), 60000U);
    }
  }
  CHECK_EQ(given, 60);
}

TEST(a_portion_of_nothing_uses_no_window) {
  Alone it;
  it.pass(60000);
  it.lane.given(it.now_ms);
  it.lane.give_back();
  CHECK(it.lane.ask() == Refusal::NONE);
}

TEST(a_dispenser_that_may_not_gives_nothing_and_promises_nothing) {
  Alone it;
  it.lane.set_allowed(false);
  it.pass(120000);
  CHECK(it.lane.away() && !it.lane.open());
  CHECK(it.lane.ask() == Refusal::NO_HOME_ASSISTANT);
  CHECK_EQ(it.lane.wait_ms(it.now_ms), 0U);
}

TEST(a_connection_that_comes_and_goes_begins_the_while_anew) {
  Alone it;
  for (int i = 0; i < 10; i++) {
    it.pass(50000);
    it.pass(1000, true);
    CHECK(!it.lane.away());
  }
}

TEST(the_milliseconds_may_begin_again_while_it_is_alone) {
  for (const uint32_t before_wrap : {500U, 30000U, 90000U}) {
    Alone it(0U - before_wrap);
    it.pass(60000);
    CHECK(it.lane.ask() == Refusal::NONE);
    it.lane.given(it.now_ms);
    it.pass(60000);
    CHECK(it.lane.ask() == Refusal::NONE && it.lane.away());
  }
}

TEST(paper_that_nobody_asked_facequota_for_is_counted_by_who_had_it) {
  Tally tally;
  tally.add({.outcome = Outcome::COMPLETED, .asker = Asker::ACTION, .target_pulses = 120, .pulses = 120, .cm = 60.0f, .motor_ms = 2000});
  tally.add({.outcome = Outcome::COMPLETED, .asker = Asker::SWITCH, .target_pulses = 120, .pulses = 120, .cm = 60.0f, .motor_ms = 2000});
  tally.add({.outcome = Outcome::JAM, .asker = Asker::ALONE, .target_pulses = 120, .pulses = 40, .cm = 20.0f, .motor_ms = 2000});
  tally.add({.outcome = Outcome::JAM, .asker = Asker::ALONE, .target_pulses = 120, .pulses = 0, .cm = 0.0f, .motor_ms = 600});
  CHECK_EQ(tally.switch_portions, 1U);
  CHECK_EQ(tally.alone_portions, 1U);
  CHECK_EQ(tally.alone_cm, 20.0);
}

TEST(a_tally_broken_at_any_byte_is_not_taken_up) {
  Tally good;
  good.pulled_cm = 12.5;
  good.seal();
  CHECK(good.is_whole());
  for (size_t i = 0; i < offsetof(Tally, padding); i++) {
    Tally bad = good;
    reinterpret_cast<unsigned char *>(&bad)[i] ^= 0x40;
    CHECK(!bad.is_whole());
  }
}
