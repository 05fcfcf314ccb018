#include "wire/message_changes.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t field_name_limit = 200;
constexpr std::size_t path_limit = 1000;

bool may_name_field(std::string_view name) {  // RFC 5322 section 2.2
  return !name.empty() && name.size() <= field_name_limit &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7F && c != ':'; });
}

std::string without_brackets(std::string_view path) {
  path = trimmed(path.substr(0, path.find('\0')));
  if (path.size() >= 2 && path.front() == '<' && path.back() == '>') path = path.substr(1, path.size() - 2);
  return std::string(path);
}

}  // namespace

bool MessageChanges::has_room_for(std::size_t bytes) {
  ++changes_;
  bytes_ += bytes;
  return changes_ <= most_changes && bytes_ <= most_bytes;
}

bool MessageChanges::change(HeaderChange change) {
  if (!may_name_field(change.name) || !has_room_for(change.name.size() + change.value.size())) return false;
  header_.push_back(std::move(change));
  return true;
}

bool MessageChanges::add_recipient(std::string_view path) {
  if (path.size() > path_limit || !has_room_for(path.size())) return false;
  added_recipients_.push_back(without_brackets(path));
  return true;
}

bool MessageChanges::delete_recipient(std::string_view path) {
  if (path.size() > path_limit || !has_room_for(path.size())) return false;
  deleted_recipients_.push_back(without_brackets(path));
  return true;
}

bool MessageChanges::change_sender(std::string_view path) {
  if (path.size() > path_limit || !has_room_for(path.size())) return false;
  sender_ = without_brackets(path);
  return true;
}

bool MessageChanges::hold(std::string_view reason) {
  held_for_ = printable(reason.substr(0, reason.find('\0')), 200);
  return true;
}

}  // namespace postern::wire
