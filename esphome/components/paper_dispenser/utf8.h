#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace esphome::paper_dispenser {

/// The text cut to at most `max_bytes`, at the end of a whole UTF-8 character and with an ellipsis where something is missing.
inline std::string fit_utf8(std::string_view text, size_t max_bytes) {
  static constexpr std::string_view ELLIPSIS = "\u2026";
  if (text.size() <= max_bytes)
    return std::string(text);
  if (max_bytes < ELLIPSIS.size())
    return {};
  size_t end = max_bytes - ELLIPSIS.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    end--;
  std::string result(text.substr(0, end));
  result += ELLIPSIS;
  return result;
}

}  // namespace esphome::paper_dispenser
