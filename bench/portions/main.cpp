// How long 1,000 random portions really are: the firmware's state machine on the simulated machine, in virtual time. Prints one line of
// JSON a machine: an ordinary one, a fast and light one, a slow and heavy one, and one whose loop is late.
#include <cstdio>
#include <random>

#include "../../tests/firmware/core/rig.h"

namespace {

constexpr int PORTIONS = 1000;
constexpr int TO_LEARN = 3;  // portions after which the dispenser knows how far its paper runs on

struct Case {
  const char *name;
  float speed, spin_up, friction;
  uint32_t loop_ms;
};

void measure(const Case &it) {
  Rig rig(Limits{.time_limit_ms = 25000, .cooldown_ms = 50, .duty_capacity_ms = 1U << 30});
  rig.loop_ms = it.loop_ms;
  rig.machine.full_speed = it.speed;
  rig.machine.spin_up_s = it.spin_up;
  rig.machine.friction = it.friction;
  std::mt19937 random(7);
  for (int i = 0; i < TO_LEARN; i++)
    rig.portion(60.0f);
  int worst = 0, exact = 0;
  double worst_cm = 0, sum = 0;
  for (int i = 0; i < PORTIONS; i++) {
    // No two portions are alike: voltage, the roll's weight, the paper's tension.
    rig.machine.full_speed = it.speed * std::uniform_real_distribution<float>(0.95f, 1.05f)(random);
    rig.machine.friction = it.friction * std::uniform_real_distribution<float>(0.95f, 1.05f)(random);
    const float asked = std::uniform_real_distribution<float>(5.0f, 150.0f)(random);
    const double before = rig.machine.position_cm();
    const Portion portion = rig.portion(asked);
    const int error = static_cast<int>(portion.pulses) - static_cast<int>(portion.target_pulses);
    worst = std::max(worst, std::abs(error));
    exact += error == 0;
    const double cm = rig.machine.position_cm() - before - asked;
    worst_cm = std::max(worst_cm, std::abs(cm));
    sum += cm;
  }
  std::printf("{\"machine\": \"%s\", \"portions\": %d, \"worst_pulses\": %d, \"exact\": %d, \"worst_cm\": %.2f, \"mean_cm\": %.3f}\n", it.name,
              PORTIONS, worst, exact, worst_cm, sum / PORTIONS);
}

}  // namespace

int main() {
  for (const Case &it : {Case{"ordinary", 30, 0.06f, 330, 16}, Case{"fast and light", 45, 0.04f, 500, 16},
                         Case{"slow and heavy", 15, 0.2f, 80, 16}, Case{"late loop", 30, 0.06f, 330, 40}})
    measure(it);
}
