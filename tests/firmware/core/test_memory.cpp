// What outlives a reboot, and what wraps around.
#include <cstring>
#include <vector>

#include "../check.h"
#include "../../../esphome/components/paper_dispenser/utf8.h"
#include "rig.h"

TEST(counters_outlive_a_reboot) {
  Rig before;
  before.portion(60.0f);
  before.portion(20.0f);
  Rig after;
  CHECK(!after.core.restore(before.core.record()));
  CHECK_EQ(after.core.total_cm(), before.core.total_cm());
  CHECK_EQ(after.core.roll_used_cm(), before.core.roll_used_cm());
  CHECK_EQ(after.core.portions(), 2U);
  // What it learnt too: the next portion is right at once.
  const Portion portion = after.portion(60.0f);
  CHECK(portion.cm >= 59.5f && portion.cm <= 60.5f);
}

TEST(every_pulse_counts_also_after_a_thousand_kilometres) {
  for (const double km : {84.0, 168.0, 1000.0}) {
    Rig rig;
    Record record = rig.core.record();
    record.total_cm = record.roll_used_cm = km * 100'000.0;
    record.seal();
    rig.core.restore(record);
    for (int i = 0; i < 5; i++) {
      const double before = rig.core.total_cm();
      const Portion portion = rig.portion(60.0f);
      CHECK_EQ(rig.core.total_cm() - before, portion.pulses * 0.5);
      CHECK_EQ(portion.cm, static_cast<float>(portion.pulses * 0.5));
    }
  }
}

TEST(a_power_cut_in_mid_portion_is_known_afterwards_and_charges_nothing) {
  Rig before;
  before.portion(60.0f);
  const double total = before.core.total_cm();
  CHECK(before.start(60.0f) == Refusal::NONE);
  const Record record = before.core.record();
  before.pass(500);
  Rig after;
  CHECK(after.core.restore(record));
  CHECK_EQ(after.core.total_cm(), total);
  CHECK(!after.motor);
}

TEST(a_request_is_not_repeated_after_a_power_cut) {
  const WallClock noon{true, 1'800'000'000, 0};
  Rig before;
  CHECK(before.core.dispense(60.0f, "visit-1", noon.now_s + 30, noon, before.now_ms, before.inputs) == Refusal::NONE);
  Rig after;
  after.core.restore(before.core.record());
  CHECK(after.core.dispense(60.0f, "visit-1", noon.now_s + 30, noon, after.now_ms, after.inputs) == Refusal::NONE);
  after.pass(1000);
  CHECK(!after.was_on);
  CHECK(after.core.dispense(60.0f, "visit-2", noon.now_s + 30, noon, after.now_ms, after.inputs) == Refusal::NONE);
  after.pass(1000);
  CHECK(after.was_on);
}

TEST(what_is_written_before_the_motor_turns_knows_the_portion_and_its_request) {
  struct Written {
    Rig *rig;
    Record record;
    bool motor_was_on;
    static uint32_t prepare(void *context) {
      auto *self = static_cast<Written *>(context);
      self->record = self->rig->core.record();
      self->motor_was_on = self->rig->motor;
      return self->rig->now_ms + 100;  // flash is slow
    }
  };
  const WallClock noon{true, 1'800'000'000, 0};
  Rig rig;
  Written written{&rig, {}, true};
  rig.core.set_prepare(Written::prepare, &written);
  CHECK(rig.core.dispense(60.0f, "visit-1", noon.now_s + 30, noon, rig.now_ms, rig.inputs) == Refusal::NONE);
  CHECK(rig.motor && !written.motor_was_on);
  Rig after;
  CHECK(after.core.restore(written.record));
  CHECK(after.core.requests().contains("visit-1"));
  // Writing is no time of the motor's.
  rig.now_ms += 100;
  const auto portion = rig.pass(5000);
  CHECK(portion && portion->outcome == Outcome::COMPLETED);
}

TEST(a_fault_outlives_a_reboot) {
  Rig before;
  before.machine.faults.stuck_relay = true;
  before.pass(1000);
  Rig after;
  after.core.restore(before.core.record());
  CHECK(after.core.fault() == Fault::STRAY);
  CHECK(after.start(60.0f) == Refusal::FAULT);
}

TEST(a_record_broken_at_any_byte_is_not_taken_up) {
  Rig before;
  before.portion(60.0f);
  const Record good = before.core.record();
  CHECK(good.is_whole());
  for (size_t i = 0; i < offsetof(Record, padding); i++) {
    Record bad = good;
    reinterpret_cast<unsigned char *>(&bad)[i] ^= 0x40;
    Rig after;
    after.core.restore(bad);
    CHECK_EQ(after.core.total_cm(), 0.0);
    CHECK_EQ(after.core.portions(), 0U);
  }
}

TEST(a_record_cut_off_while_it_was_written_is_not_taken_up) {
  Rig before;
  before.portion(60.0f);
  const Record good = before.core.record();
  for (size_t written = 0; written < offsetof(Record, padding); written++) {
    for (const int blank : {0x00, 0xFF}) {  // fresh memory, erased flash
      Record torn;
      std::memset(static_cast<void *>(&torn), blank, sizeof(torn));
      std::memcpy(static_cast<void *>(&torn), &good, written);
      if (std::memcmp(&torn, &good, offsetof(Record, padding)) == 0)
        continue;
      Rig after;
      after.core.restore(torn);
      CHECK_EQ(after.core.total_cm(), 0.0);
    }
  }
}

TEST(a_new_roll_begins_at_nothing_and_leaves_the_total) {
  Rig rig;
  rig.portion(60.0f);
  const double total = rig.core.total_cm();
  rig.core.new_roll();
  CHECK_EQ(rig.core.roll_used_cm(), 0.0);
  CHECK_EQ(rig.core.total_cm(), total);
}

TEST(the_milliseconds_may_begin_again_in_mid_portion) {
  for (const uint32_t before_wrap : {1U, 500U, 2000U, 2300U, 3000U}) {
    Rig rig(Limits{}, 0U - before_wrap);
    rig.portion(60.0f);
    CHECK(rig.portion(60.0f).outcome == Outcome::COMPLETED);
    CHECK(rig.core.fault() == Fault::NONE);
  }
}

TEST(a_dispenser_that_rested_for_49_days_gives_paper) {
  Rig rig;
  rig.portion(60.0f);
  rig.now_ms += 0xFFFFFFFFU - 500U;  // 2^32 ms after the portion, the clock shows the same time again
  CHECK(rig.start(60.0f) == Refusal::NONE);
}

TEST(the_pulse_counter_may_begin_again_in_mid_portion) {
  for (const uint32_t before_wrap : {1U, 2U, 50U, 118U, 119U, 121U, 130U}) {
    Rig rig;
    rig.portion(60.0f);
    rig.gate.wind(0U - before_wrap);
    rig.core.setup(rig.now_ms);
    const double before = rig.core.total_cm();
    const Portion portion = rig.portion(60.0f);
    CHECK(portion.outcome == Outcome::COMPLETED);
    CHECK(portion.cm >= 59.5f && portion.cm <= 60.5f);
    CHECK(std::abs(rig.core.total_cm() - before - portion.cm) < 1e-6);
  }
}

TEST(a_cut_that_lies_behind_already_comes_with_the_next_pulse) {
  bool motor = false;
  Gate gate(Pin{&motor});
  for (const uint32_t counter : {0U, 3U, 1000U, 0xFFFFFFFFU}) {
    gate.wind(counter);
    gate.open(counter + 100);
    gate.aim(counter - 5);
    CHECK(motor);
    gate.edge(counter * 7919U + 100000U);
    CHECK(!motor);
  }
}

TEST(the_microseconds_may_begin_again_between_two_pulses) {
  bool motor = false;
  PulseGate<Pin> gate(Pin{&motor});
  gate.edge(0xFFFFF000U);
  gate.edge(0xFFFFF000U + 16000U);
  CHECK_EQ(gate.pulses(), 2U);
  CHECK_EQ(gate.period_us(), 16000U);
}

TEST(a_text_is_cut_at_a_whole_character) {
  CHECK(fit_utf8("short", 10) == "short");
  CHECK(fit_utf8("exactly ten", 11) == "exactly ten");
  CHECK(fit_utf8("a longer text", 10) == "a longe\u2026");
  const std::string chinese = "\u8bf7\u7a0d\u5019\u518d\u6765";  // five characters of three bytes
  for (size_t bytes = 3; bytes < chinese.size(); bytes++) {
    const std::string cut = fit_utf8(chinese, bytes);
    CHECK(cut.size() <= bytes);
    CHECK_EQ(cut.size() % 3, 0U);
    CHECK(cut.ends_with("\u2026"));
  }
  CHECK(fit_utf8("anything", 2).empty());
}

TEST(a_time_stays_on_the_smallest_display) {
  CHECK(fit_utf8("Your next portion comes at 12:30.", 16) == "Your nex\u202612:30");
  CHECK(fit_utf8("Your next portion comes at 9:05.", 16) == "Your next\u20269:05");
  CHECK(fit_utf8("12:30: your next portion", 16) == "12:30: y\u202612:30");
  CHECK(fit_utf8("From 08:00 to 12:30 there is paper", 16) == "From 08:\u202612:30");
  CHECK(fit_utf8("Your next portion comes at 12:30.", 5) == "12:30");
  CHECK(fit_utf8("Note: a ratio of 1:2 is no time", 16) == "Note: a ratio\u2026");
  const std::string chinese = "\u60a8\u7684\u4e0b\u4e00\u4efd\u7eb8\u5dfe\u65f6\u95f4\u662f12:30";
  for (size_t bytes = 5; bytes < chinese.size(); bytes++) {
    const std::string cut = fit_utf8(chinese, bytes);
    CHECK(cut.size() <= bytes && cut.ends_with("12:30"));
  }
}

TEST(a_line_ends_at_a_space_or_where_there_is_none_after_a_whole_character) {
  const auto lines = [](std::string_view text, size_t bytes) {
    std::vector<std::string> made;
    for (size_t start = 0; start < text.size();) {
      const size_t end = line_end(text, start, [bytes](std::string_view line) { return line.size() <= bytes; });
      CHECK(end > start);
      made.emplace_back(text.substr(start, end - start));
      start = end < text.size() && text[end] == ' ' ? end + 1 : end;
    }
    return made;
  };
  using Lines = std::vector<std::string>;
  CHECK((lines("Please take your paper", 12) == Lines{"Please take", "your paper"}));
  CHECK((lines("\u8bf7\u6309\u6309\u94ae\u53d6\u7eb8", 10) == Lines{"\u8bf7\u6309\u6309", "\u94ae\u53d6\u7eb8"}));
  CHECK((lines("\u6b21 12:30", 8) == Lines{"\u6b21", "12:30"}));
  CHECK((lines("Papierspender", 6) == Lines{"Papier", "spende", "r"}));
  CHECK((lines("\u7eb8", 2) == Lines{"\u7eb8"}));
}
