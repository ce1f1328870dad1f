// The pin that switches the motor, from its first moment on.
#include <string>

#include "../check.h"
#include "../../../esphome/components/paper_dispenser/safe_output.h"

namespace {

/// A pin that begins like a chip's: no output, and its level is low, which is "on" where it is inverted.
struct ChipPin {
  bool inverted;
  bool level{false};
  bool output{false};
  bool forgets;  ///< the level, when it becomes an output
  bool was_on{false};
  void digital_write(bool on) {
    this->level = on != this->inverted;
    this->look_();
  }
  void setup() {
    this->output = true;
    this->look_();
    if (this->forgets)
      this->level = false;
  }
  void look_() { this->was_on = this->was_on || (this->output && this->level != this->inverted); }
};

}  // namespace

TEST(an_output_is_off_from_its_first_moment) {
  for (const bool inverted : {false, true}) {
    for (const bool forgets : {false, true}) {
      ChipPin pin{.inverted = inverted, .forgets = forgets};
      esphome::paper_dispenser::set_up_off(pin);
      CHECK(!pin.was_on);
      CHECK(pin.output && pin.level == inverted);
    }
  }
}
