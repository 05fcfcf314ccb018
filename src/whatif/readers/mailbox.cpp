#include "whatif/readers/mailbox.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "whatif/readers/mailbox_message.hpp"

namespace postern::whatif {
namespace {

constexpr std::size_t most_borders = 1000;  // hosts that wrote the border's field

bool is_header_field(std::string_view line) {
  auto const colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  auto const name = line.substr(0, colon);
  return std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

bool MessageFile::head_looks_like(std::string_view start) {
  auto const first = start.substr(0, start.find('\n'));
  if (!is_header_field(first)) return false;
  for (auto const name : {"Return-Path:", "Received:", "Delivered-To:", "From:", "Message-ID:",
                          "X-Original-To:", "Date:", "Subject:", "MIME-Version:", "DKIM-Signature:", "To:"})
    if (istarts_with(first, name)) return true;
  return start.find("\nReceived:") != std::string_view::npos;
}

bool Mbox::head_looks_like(std::string_view start) {
  return start.starts_with("From ") && start.substr(0, start.find('\n')).find(':') != std::string_view::npos;
}

void Mailbox::message(std::string_view header, bool junk_folder) {
  ++stats_.lines;
  if (header.find(':') == std::string_view::npos) {
    stats_.skip(header.substr(0, 160), "no header section");
    return;
  }
  auto read = read_message(header, border_, junk_folder);
  if (read.reception.origin != Origin::local) {
    if (borders_.size() < most_borders || borders_.contains(read.border)) ++borders_[read.border];
  }
  sink_.take(std::move(read.reception));
}

void Mailbox::end() {
  if (!border_.inferred() || borders_.empty()) return;
  std::vector<std::pair<std::uint64_t, std::string>> most;
  for (auto const& [host, messages] : borders_) most.emplace_back(messages, host);
  std::sort(most.rbegin(), most.rend());
  std::string note = "The border was inferred: the first hop from outside was written by ";
  for (std::size_t i = 0; i < most.size() && i < 3; ++i)
    note += (i > 0 ? ", " : "") + printable(most[i].second, 80) + " (" + std::to_string(most[i].first) + ")";
  if (most.size() > 3) note += " and " + std::to_string(most.size() - 3) + " more";
  stats_.note(note + ". Name your own with --border HOST if that is not you.");
}

bool HeaderGatherer::feed(std::string_view bytes) {
  if (complete_) return true;
  auto const room = Mailbox::max_header - std::min(text_.size(), Mailbox::max_header);
  auto const searched = text_.size() > 3 ? text_.size() - 3 : 0;
  text_.append(bytes.substr(0, room));
  auto end = text_.find("\n\n", searched);
  if (auto const crlf = text_.find("\n\r\n", searched); crlf < end) end = crlf;
  if (end != std::string::npos) text_.resize(end + 1);
  complete_ = end != std::string::npos || text_.size() >= Mailbox::max_header;
  return complete_;
}

std::string HeaderGatherer::take() {
  complete_ = false;
  return std::exchange(text_, {});
}

void MessageFile::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  header_.feed(bytes);
}

void MessageFile::end() {
  message(header_.take(), settings_.junk_folder);
  Mailbox::end();
}

void Maildir::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  any_ = true;
  header_.feed(bytes);
}

void Maildir::next_file(bool junk_folder) {
  if (any_) message(header_.take(), junk_folder);
  any_ = false;
}

// Lines may be cut: only their beginnings matter outside of header sections.
void Mbox::line(std::string_view text, bool whole) {
  if (after_empty_ && text.starts_with("From ") && text.find(':') != std::string_view::npos) {
    finish_message();
    in_message_ = in_header_ = true;
    after_empty_ = false;
    return;
  }
  bool const empty = whole && (text.empty() || text == "\r");
  if (in_header_) {
    if (empty)
      in_header_ = false;
    else if (header_.size() + text.size() < max_header)
      (header_ += text) += '\n';
  }
  after_empty_ = empty;
}

void Mbox::finish_message() {
  if (in_message_) message(std::exchange(header_, {}), settings_.junk_folder);
  in_message_ = in_header_ = false;
}

void Mbox::feed(std::string_view bytes) {
  stats_.bytes += bytes.size();
  while (!bytes.empty()) {
    auto const end = bytes.find('\n');
    auto const part = bytes.substr(0, end);
    if (begun_.size() + part.size() <= max_header)
      begun_ += part;
    else
      cut_ = true;
    if (end == std::string_view::npos) return;
    bytes.remove_prefix(end + 1);
    line(begun_, !cut_);
    begun_.clear();
    cut_ = false;
  }
}

void Mbox::end() {
  if (!begun_.empty()) line(begun_, true);
  begun_.clear();
  finish_message();
  Mailbox::end();
}

}  // namespace postern::whatif
