#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace esphome::paper_dispenser {

/// The last time of day ("9:05", "12:30") in a text, or nothing.
inline std::string_view last_time(std::string_view text) {
  const auto digit = [&text](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  for (size_t colon = text.rfind(':'); colon != std::string_view::npos && colon > 0; colon = text.rfind(':', colon - 1)) {
    if (!digit(colon - 1) || !digit(colon + 1) || !digit(colon + 2))
      continue;
    const size_t start = colon >= 2 && digit(colon - 2) ? colon - 2 : colon - 1;
    return text.substr(start, colon + 3 - start);
  }
  return {};
}

/// The text cut to at most `max_bytes`, at the end of a whole UTF-8 character and with an ellipsis where something is missing. A time
/// stays on even the smallest display: it says when the next portion comes.
inline std::string fit_utf8(std::string_view text, size_t max_bytes) {
  static constexpr std::string_view ELLIPSIS = "\u2026";
  if (text.size() <= max_bytes)
    return std::string(text);
  std::string_view kept = last_time(text);
  if (kept.size() + ELLIPSIS.size() > max_bytes)
    return kept.size() <= max_bytes ? std::string(kept) : std::string();
  size_t end = max_bytes - ELLIPSIS.size() - kept.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    end--;
  std::string result(text.substr(0, end));
  result += ELLIPSIS;
  result += kept;
  return result;
}

/// Where the line that begins at `start` ends; `fits` tells whether a text fits into a line: the last space before its edge;
/// without one (Chinese and Japanese have none between words), the last whole character before it. At least one character of a
/// line is taken.
template<typename Fits> size_t line_end(std::string_view text, size_t start, Fits fits) {
  size_t end = text.size();
  while (!fits(text.substr(start, end - start))) {
    size_t shorter = text.rfind(' ', end - 1);
    if (shorter == std::string_view::npos || shorter <= start) {
      shorter = end - 1;
      while (shorter > start && (static_cast<unsigned char>(text[shorter]) & 0xC0) == 0x80)
        shorter--;
    }
    if (shorter <= start)
      break;
    end = shorter;
  }
  return end;
}

}  // namespace esphome::paper_dispenser
