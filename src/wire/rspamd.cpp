#include "wire/rspamd.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <optional>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

namespace json = boost::json;
using How = HeaderChange::How;

constexpr std::size_t symbols_kept = 500;

void add_request_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out += name;
  out += ": ";
  for (char const c : value)
    if (c != '\r' && c != '\n' && c != '\0') out += c;
  out += "\r\n";
}

json::value const* member(json::value const* of, std::string_view name) {
  auto const* object = of == nullptr ? nullptr : of->if_object();
  return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

std::optional<std::string> string_at(json::value const* value) {
  auto const* text = value == nullptr ? nullptr : value->if_string();
  if (text == nullptr) return std::nullopt;
  return std::string(text->data(), text->size());
}

std::optional<double> double_at(json::value const* value) {
  if (value == nullptr || !value->is_number()) return std::nullopt;
  boost::system::error_code error;
  auto const number = value->to_number<double>(error);
  if (error) return std::nullopt;
  return number;
}

// Orders of fields; what is out of all proportion is none.
std::optional<std::int64_t> place_at(json::value const* value) {
  auto const number = double_at(value);
  if (!number || *number < -10'000 || *number > 10'000) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

RspamdAction action_of(std::string_view word) {
  struct Row {
    std::string_view word;
    RspamdAction action;
  };
  static constexpr std::array<Row, 10> rows{{{"no action", RspamdAction::no_action},
                                             {"accept", RspamdAction::no_action},
                                             {"greylist", RspamdAction::greylist},
                                             {"add header", RspamdAction::add_header},
                                             {"add_header", RspamdAction::add_header},
                                             {"rewrite subject", RspamdAction::rewrite_subject},
                                             {"soft reject", RspamdAction::soft_reject},
                                             {"reject", RspamdAction::reject},
                                             {"quarantine", RspamdAction::hold},
                                             {"discard", RspamdAction::hold}}};
  auto const* row =
      std::find_if(rows.begin(), rows.end(), [word](Row const& each) { return each.word == word; });
  return row == rows.end() ? RspamdAction::other : row->action;
}

// Whatever rspamd is configured to send: a value, {"value": ..., "order": ...}, or a list of these.
bool add_fields(MessageChanges& changes, std::string_view name, json::value const& value) {
  if (auto const* list = value.if_array())
    return std::all_of(list->begin(), list->end(), [&](json::value const& each) {
      return !each.is_array() && add_fields(changes, name, each);
    });
  HeaderChange change{.how = How::add, .index = 0, .name = std::string(name), .value = {}};
  auto const* told = value.is_object() ? member(&value, "value") : &value;
  if (told == nullptr || !(told->is_string() || told->is_number() || told->is_bool())) return false;
  auto const text = string_at(told);
  change.value = text ? std::string(*text) : json::serialize(*told);
  auto const order = place_at(member(&value, "order"));
  if (order && *order >= 0) {
    change.how = How::insert;
    change.index = *order;
  }
  return changes.change(std::move(change));
}

bool remove_fields(MessageChanges& changes, std::string_view name, json::value const& value) {
  if (auto const* list = value.if_array())
    return std::all_of(list->begin(), list->end(), [&](json::value const& each) {
      return !each.is_array() && remove_fields(changes, name, each);
    });
  auto const index = place_at(value.is_object() ? member(&value, "order") : &value);
  if (!index) return false;
  return changes.change({.how = *index == 0 ? How::remove_all : How::remove,
                         .index = *index,
                         .name = std::string(name),
                         .value = {}});
}

template <class Take>
bool for_each_member(json::value const* of, Take take) {
  if (of == nullptr || of->is_null()) return true;
  auto const* object = of->if_object();
  return object != nullptr && std::all_of(object->begin(), object->end(), [&](auto const& each) {
           return take(std::string_view(each.key().data(), each.key().size()), each.value());
         });
}

template <class Take>
bool for_each_text(json::value const* of, Take take) {
  if (of == nullptr || of->is_null()) return true;
  if (auto const text = string_at(of)) return take(*text);
  auto const* list = of->if_array();
  return list != nullptr && std::all_of(list->begin(), list->end(), [&](json::value const& each) {
           auto const text = string_at(&each);
           return text && take(*text);
         });
}

bool note_changes(json::value const& reply, RspamdVerdict& verdict) {
  auto& changes = verdict.changes;
  auto const* milter = member(&reply, "milter");
  bool fits = for_each_member(member(milter, "remove_headers"), [&](auto name, json::value const& value) {
    return remove_fields(changes, name, value);
  });
  fits = fits && for_each_member(member(milter, "add_headers"), [&](auto name, json::value const& value) {
           return add_fields(changes, name, value);
         });
  fits =
      fits && for_each_text(member(&reply, "dkim-signature"), [&](std::string const& signature) {
        return changes.change({.how = How::insert, .index = 1, .name = "DKIM-Signature", .value = signature});
      });
  fits = fits && for_each_text(member(milter, "add_rcpt"),
                               [&](std::string const& path) { return changes.add_recipient(path); });
  fits = fits && for_each_text(member(milter, "del_rcpt"),
                               [&](std::string const& path) { return changes.delete_recipient(path); });
  if (auto const sender = string_at(member(milter, "change_from")))
    fits = fits && changes.change_sender(*sender);
  auto const subject = string_at(member(&reply, "subject"));
  if (subject && !subject->empty() && verdict.action == RspamdAction::rewrite_subject)
    fits = fits && changes.change({.how = How::replace, .index = 1, .name = "Subject", .value = *subject});
  return fits;
}

}  // namespace

std::string print_rspamd_request(RspamdRequest const& request) {
  std::string out = "POST /checkv2 HTTP/1.1\r\n";
  add_request_field(out, "Host", request.host);
  add_request_field(out, "User-Agent", "postern");
  add_request_field(out, "Connection", "close");
  add_request_field(out, "Content-Length", std::to_string(request.length));
  add_request_field(out, "IP", request.client);
  add_request_field(out, "Hostname", request.client_name);
  add_request_field(out, "Helo", request.helo);
  add_request_field(out, "From", "<" + request.sender + ">");
  for (auto const& recipient : request.recipients) add_request_field(out, "Rcpt", "<" + recipient + ">");
  add_request_field(out, "Queue-Id", request.queue_id);
  add_request_field(out, "User", request.login);
  add_request_field(out, "TLS-Version", request.tls_version);
  add_request_field(out, "TLS-Cipher", request.tls_cipher);
  add_request_field(out, "MTA-Name", request.mta_name);
  return out + "\r\n";
}

Result<bool, std::string> HttpReplyReader::feed(std::string_view bytes) {
  switch (at_) {
    case At::complete: return fail(std::string("more than the reply"));
    case At::body: return take(bytes);
    case At::head: break;
  }
  head_ += bytes;
  auto const end = head_.find("\r\n\r\n");
  if (std::min(end, head_.size()) > head_limit) return fail(std::string("the reply's head is too long"));
  if (end == std::string::npos) return false;
  std::string const rest = head_.substr(end + 4);
  head_.resize(end + 2);
  if (auto const read = read_head(head_); !read) return fail(read.error());
  at_ = At::body;
  return take(rest);
}

Result<void, std::string> HttpReplyReader::end() {
  if (at_ == At::complete) return {};
  if (at_ == At::head || has_length_) return fail(std::string("it hung up within its reply"));
  at_ = At::complete;
  return {};
}

Result<void, std::string> HttpReplyReader::read_head(std::string_view head) {
  auto const first = head.substr(0, head.find("\r\n"));
  bool const is_http = first.starts_with("HTTP/1.") && first.size() >= 12 && first[8] == ' ';
  if (!is_http) return fail(std::string("the reply is not HTTP/1"));
  if (first.substr(9, 3) != "200") return fail("the reply is " + printable(first.substr(9), 100));
  head.remove_prefix(first.size() + 2);
  while (!head.empty()) {
    auto const line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    auto const name = trimmed(line.substr(0, line.find(':')));
    auto const value = trimmed(line.substr(std::min(line.size(), name.size() + 1)));
    bool const is_coded = (iequals(name, "Transfer-Encoding") || iequals(name, "Content-Encoding")) &&
                          !iequals(value, "identity");
    if (is_coded) return fail(std::string("the reply is in a coding that was not asked for"));
    if (!iequals(name, "Content-Length")) continue;
    auto const [end, error] = std::from_chars(value.data(), value.data() + value.size(), left_);
    bool const is_number = error == std::errc() && end == value.data() + value.size();
    if (!is_number || has_length_ || left_ > body_limit)
      return fail(std::string("the reply's length is not credible"));
    has_length_ = true;
  }
  return {};
}

Result<bool, std::string> HttpReplyReader::take(std::string_view bytes) {
  if (has_length_) {
    body_ += bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
    left_ -= std::min<std::uint64_t>(left_, bytes.size());
    if (left_ == 0) at_ = At::complete;
    return at_ == At::complete;
  }
  if (body_.size() + bytes.size() > body_limit) return fail(std::string("the reply is too long"));
  body_ += bytes;
  return false;
}

Result<RspamdVerdict, std::string> parse_rspamd_verdict(std::string_view text) {
  boost::system::error_code error;
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  auto const reply = json::parse({text.data(), text.size()}, error, {}, options);
  if (error || !reply.is_object()) return fail(std::string("the reply is no JSON object"));
  if (auto const problem = string_at(member(&reply, "error")))
    return fail("it says: " + printable(*problem, 200));
  RspamdVerdict verdict;
  auto const action = string_at(member(&reply, "action"));
  auto const score = double_at(member(&reply, "score"));
  if (!action) return fail(std::string("the reply has no action"));
  verdict.word = printable(*action, 40);
  verdict.action = action_of(verdict.word);
  bool const rejects = verdict.action == RspamdAction::reject;  // then the rest is of no consequence
  if (!score && !rejects) return fail(std::string("the reply has no score"));
  verdict.score = score.value_or(0);
  verdict.required_score = double_at(member(&reply, "required_score")).value_or(0);
  bool fits = for_each_member(member(&reply, "symbols"), [&](std::string_view name, json::value const&) {
    if (verdict.symbols.size() < symbols_kept) verdict.symbols.push_back(printable(name, 100));
    return true;
  });
  auto const message = string_at(member(member(&reply, "messages"), "smtp_message"));
  if (message) verdict.message = printable(trimmed(*message), 400);
  auto const instead = string_at(member(member(&reply, "milter"), "reject"));
  if (verdict.action == RspamdAction::reject && instead && action_of(*instead) == RspamdAction::hold)
    verdict.action = RspamdAction::hold;
  fits = note_changes(reply, verdict) && fits;
  if (!fits && !rejects)
    return fail(std::string("the reply asks for changes that cannot be made, or too many of them"));
  return verdict;
}

}  // namespace postern::wire
