// Edges that are no paper: contacts that bounce, noise, pulses that are missed.
#include <algorithm>
#include <random>
#include <vector>

#include "../check.h"
#include "rig.h"

namespace {

/// A portion with extra edges `gap_us` after the pulses at these places (from 1). Returns it, with what the ruler says in `cm`.
Portion with_edges(Rig &rig, float asked, const std::vector<uint32_t> &places, uint32_t gap_us) {
  const double before = rig.machine.position_cm();
  CHECK(rig.start(asked) == Refusal::NONE);
  uint32_t real = 0;
  std::optional<Portion> ended;
  while (!ended) {
    const uint32_t seen = rig.gate.pulses();
    ended = rig.tick();
    if (rig.gate.pulses() == seen)
      continue;
    real++;
    if (std::find(places.begin(), places.end(), real) != places.end())
      rig.gate.edge(rig.now_ms * 1000U + gap_us);
  }
  rig.pass(rig.limits.cooldown_ms + rig.loop_ms);
  ended->cm = static_cast<float>(rig.machine.position_cm() - before);
  return *ended;
}

}  // namespace

TEST(a_worn_contact_that_bounces_through_a_whole_portion_is_no_fault) {
  Rig rig;
  CHECK(rig.start(150.0f) == Refusal::NONE);
  std::optional<Portion> ended;
  for (uint32_t pulses = rig.gate.pulses(); !ended;) {
    ended = rig.tick();
    if (rig.gate.pulses() != pulses) {
      pulses = rig.gate.pulses();
      for (uint32_t bounce = 1; bounce <= 5; bounce++)
        rig.gate.edge(rig.now_ms * 1000U + bounce * 100);
    }
  }
  CHECK(ended->outcome == Outcome::COMPLETED);
  CHECK(rig.gate.noise() > 1000);
}

TEST(ten_kilohertz_on_the_sensor_is_no_paper_and_stops_the_motor) {
  Rig rig;
  CHECK(rig.start(60.0f) == Refusal::NONE);
  rig.pass(500);
  rig.machine.faults.noisy_sensor = true;
  const auto portion = rig.pass(500);
  CHECK(portion && portion->outcome == Outcome::SENSOR);
  CHECK(rig.core.fault() == Fault::SENSOR);
  CHECK(portion->cm < 20.0f);
}

TEST(a_contact_that_bounces_counts_once) {
  bool motor = false;
  PulseGate<Pin> gate(Pin{&motor});
  uint32_t us = 1000000;
  for (int pulse = 0; pulse < 100; pulse++) {
    us += 16000;
    for (uint32_t bounce = 0; bounce < 5; bounce++)
      gate.edge(us + bounce * 300);
  }
  CHECK_EQ(gate.pulses(), 100U);
  CHECK_EQ(gate.noise(), 400U);
}

TEST(one_edge_too_many_at_any_place_makes_a_portion_shorter_by_one_pulse) {
  for (uint32_t gap_us : {2100U, 4000U, 8000U, 12000U}) {
    for (uint32_t place = 1; place <= 125; place++) {
      Rig rig;
      rig.portion(60.0f);
      rig.portion(60.0f);
      const Portion portion = with_edges(rig, 60.0f, {place}, gap_us);
      CHECK(portion.outcome == Outcome::COMPLETED);
      if (!(portion.cm >= 58.5f && portion.cm <= 61.0f)) {
        std::fprintf(stderr, "an edge %u us after pulse %u: %.1f cm\n", gap_us, place, portion.cm);
        std::exit(1);
      }
    }
  }
}

TEST(one_edge_too_many_at_any_place_shortens_no_later_portion) {
  for (uint32_t place = 1; place <= 125; place++) {
    Rig rig;
    with_edges(rig, 60.0f, {place}, 2100);  // the very first: what it learns from
    rig.portion(60.0f);
    for (int i = 0; i < 3; i++) {
      const double before = rig.machine.position_cm();
      rig.portion(60.0f);
      const double cm = rig.machine.position_cm() - before;
      CHECK(cm >= 59.0 && cm <= 61.0);
    }
  }
}

TEST(two_edges_too_many_at_any_places_make_a_portion_shorter_by_two_pulses) {
  for (uint32_t gap_us : {2100U, 8000U}) {
    for (uint32_t first = 1; first <= 120; first++) {
      for (uint32_t apart = 1; apart <= 8; apart++) {
        Rig rig;
        rig.portion(60.0f);
        rig.portion(60.0f);
        const Portion portion = with_edges(rig, 60.0f, {first, first + apart}, gap_us);
        CHECK(portion.outcome == Outcome::COMPLETED);
        if (!(portion.cm >= 58.0f && portion.cm <= 61.0f)) {
          std::fprintf(stderr, "edges %u us after pulses %u and %u: %.1f cm\n", gap_us, first, first + apart, portion.cm);
          std::exit(1);
        }
      }
    }
  }
}

TEST(random_bounces_cost_a_pulse_each_and_no_more) {
  for (uint32_t seed = 0; seed < 400; seed++) {
    std::mt19937 random(seed);
    Rig rig;
    rig.machine.full_speed = 15.0f + random() % 30;
    rig.loop_ms = 1 + random() % 40;
    for (int i = 0; i < 3; i++)
      rig.portion(60.0f);
    const float asked = 10.0f + static_cast<float>(random() % 1000) / 10.0f;
    // Up to two in any six pulses: more of them are no exception any more, but what the contact usually does.
    std::vector<uint32_t> places;
    for (uint32_t place = 1 + random() % 20; place < asked / 0.5f; place += 6 + random() % 40) {
      places.push_back(place);
      if (random() % 2 != 0)
        places.push_back(place + 1 + random() % 5);
      if (places.size() > 2 && places.back() - places[places.size() - 3] < 6)
        places.pop_back();
      place = places.back();
    }
    const auto gap_us = static_cast<uint32_t>(2001 + random() % 6000);
    const Portion portion = with_edges(rig, asked, places, gap_us);
    const float longest_loss = 0.5f * static_cast<float>(places.size()) + 1.0f;
    if (!(portion.cm >= asked - longest_loss && portion.cm <= asked + 1.0f)) {
      std::fprintf(stderr, "seed %u: %.1f of %.1f cm with %zu bounces\n", seed, portion.cm, asked, places.size());
      std::exit(1);
    }
  }
}

TEST(a_pulse_that_is_missed_changes_no_speed) {
  PulseGate<Pin> gate;
  uint32_t us = 0;
  for (int pulse = 0; pulse < 100; pulse++) {
    gate.edge(us += pulse % 7 == 3 ? 32000 : 16000);
    if (pulse >= static_cast<int>(PERIODS))
      CHECK_EQ(gate.usual_period_us(), 16000U);
  }
}
