#pragma once

#include "esphome/core/helpers.h"

// The host platform has no interrupts to lock, and leaves this out.
namespace esphome {
inline InterruptLock::InterruptLock() {}
inline InterruptLock::~InterruptLock() {}
}  // namespace esphome
