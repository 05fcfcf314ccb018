#include "auth/message_digests.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::auth {
namespace {

constexpr std::string_view header_end = "\r\n\r\n";
constexpr std::size_t kept_of_long_header = header_end.size() - 1;

// RFC 5322 section 2.2: printable characters but the colon; blanks before it are obsolete (section 4.5.8).
bool begins_field(std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  auto name = line.substr(0, colon);
  while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::string_view HeaderField::name() const {
  auto out = std::string_view(text).substr(0, text.find(':'));
  while (!out.empty() && is_blank(out.back())) out.remove_suffix(1);
  return out;
}

std::string_view HeaderField::value() const {
  auto out = std::string_view(text);
  out.remove_prefix(std::min(out.find(':'), out.size() - 1) + 1);
  return out.ends_with(crlf) ? out.substr(0, out.size() - crlf.size()) : out;
}

std::vector<HeaderField> split_header(std::string_view section) {
  std::vector<HeaderField> out;
  bool in_field = false;
  while (!section.empty()) {
    auto const end = section.find(crlf);
    auto const line = section.substr(0, end == std::string_view::npos ? section.size() : end + crlf.size());
    section.remove_prefix(line.size());
    if (line == crlf) break;
    if (is_blank(line.front())) {
      if (in_field) out.back().text += line;
      continue;
    }
    in_field = begins_field(line);
    if (in_field) out.push_back({std::string(line)});
  }
  return out;
}

std::size_t MessageDigests::feed_header(std::string_view bytes) {
  if (header_ended_) return 0;
  auto const before = header_.size();
  header_ += bytes;
  // The empty line may be the very first one, or begin in what came before.
  std::size_t end = std::string::npos;
  auto const tail = std::min(before, kept_of_long_header);
  if (header_kept_ && header_.starts_with(crlf))
    end = crlf.size();
  else if (auto const found = header_.find(header_end, before - tail); found != std::string::npos)
    end = found + header_end.size();
  if (end == std::string::npos) {
    if (header_.size() > most_header) header_kept_ = false;
    if (!header_kept_) header_.erase(0, header_.size() - std::min(header_.size(), kept_of_long_header));
    return bytes.size();
  }
  if (end > most_header) header_kept_ = false;
  auto const taken = end - before;
  header_.resize(end);
  end_header();
  return taken;
}

void MessageDigests::end_header_section() { feed_header("\r\n\r\n"); }

void MessageDigests::end_header() {
  header_ended_ = true;
  if (header_kept_) fields_ = split_header(header_);
  if (fields_.size() > most_fields) {
    header_kept_ = false;
    fields_ = {};
  }
  header_ = {};
}

std::optional<std::size_t> MessageDigests::want_body_hash(Canonical form,
                                                          std::optional<std::uint64_t> length) {
  auto const wanted = length.value_or(all);
  for (std::size_t i = 0; i < hashes_.size(); ++i)
    if (hashes_[i].form == form && hashes_[i].length == wanted) return i;
  if (hashes_.size() == most_hashes) return std::nullopt;
  hashes_.push_back({.form = form, .length = wanted});
  (form == Canonical::simple ? wants_simple_ : wants_relaxed_) = true;
  return hashes_.size() - 1;
}

void MessageDigests::hash(Canonical form, std::string_view canonical) {
  for (auto& hash : hashes_) {
    if (hash.form != form) continue;
    auto const left = hash.length - std::min(hash.bytes, hash.length);
    hash.stream.feed(canonical.substr(0, std::min<std::uint64_t>(left, canonical.size())));
    hash.bytes += canonical.size();
  }
}

void MessageDigests::feed_body(std::string_view bytes) {
  if (wants_simple_) simple_.feed(bytes, [this](std::string_view piece) { hash(Canonical::simple, piece); });
  if (wants_relaxed_)
    relaxed_.feed(bytes, [this](std::string_view piece) { hash(Canonical::relaxed, piece); });
}

void MessageDigests::finish() {
  if (finished_) return;
  finished_ = true;
  if (!header_ended_) end_header();
  if (wants_simple_) simple_.finish([this](std::string_view piece) { hash(Canonical::simple, piece); });
  if (wants_relaxed_) relaxed_.finish([this](std::string_view piece) { hash(Canonical::relaxed, piece); });
  for (auto& hash : hashes_) hash.result = hash.stream.finish();
}

}  // namespace postern::auth
