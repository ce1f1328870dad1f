#pragma once

#include "core.h"

/// The words that Home Assistant sees. They are a contract (esphome/README.md): never rename one.
namespace esphome::paper_dispenser {

inline const char *to_word(Outcome outcome) {
  switch (outcome) {
    case Outcome::COMPLETED:
      return "completed";
    case Outcome::SHORT:
      return "short";
    case Outcome::JAM:
      return "jam";
    case Outcome::TIMEOUT:
      return "timeout";
    case Outcome::STOPPED:
      return "stopped";
    case Outcome::COVER_OPEN:
      return "cover_open";
    case Outcome::SENSOR:
      return "sensor";
    case Outcome::STUCK:
      return "stuck";
    case Outcome::INTERRUPTED:
      return "interrupted";
  }
  return "";
}

inline const char *to_word(Refusal refusal) {
  switch (refusal) {
    case Refusal::NONE:
      return "ok";
    case Refusal::BUSY:
      return "refused:busy";
    case Refusal::COVER_OPEN:
      return "refused:cover_open";
    case Refusal::PAPER_OUT:
      return "refused:paper_out";
    case Refusal::COOLDOWN:
      return "refused:cooldown";
    case Refusal::DUTY:
      return "refused:duty";
    case Refusal::FAULT:
      return "refused:fault";
    case Refusal::LENGTH:
      return "refused:length";
    case Refusal::REQUEST_ID:
      return "refused:request_id";
    case Refusal::LATE:
      return "refused:late";
    case Refusal::EXPIRY:
      return "refused:expiry";
    case Refusal::NO_CLOCK:
      return "refused:no_clock";
  }
  return "";
}

inline const char *to_word(Fault fault) {
  switch (fault) {
    case Fault::NONE:
      return "ready";
    case Fault::STUCK:
      return "stuck";
    case Fault::STRAY:
      return "stray";
    case Fault::SENSOR:
      return "sensor";
    case Fault::JAMMED:
      return "jammed";
  }
  return "";
}

}  // namespace esphome::paper_dispenser
