#include "wire/milter_answer.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::string_view milter_answers = "+-24abcdefhimOpqrsty";  // one for each MilterAnswer

constexpr bool has_letters(std::string_view letters) {
  for (auto const answer : {MilterAnswer::add_recipient,
                            MilterAnswer::delete_recipient,
                            MilterAnswer::add_recipient_with,
                            MilterAnswer::shutdown,
                            MilterAnswer::accept,
                            MilterAnswer::replace_body,
                            MilterAnswer::go_on,
                            MilterAnswer::discard,
                            MilterAnswer::change_sender,
                            MilterAnswer::connection_failed,
                            MilterAnswer::add_header,
                            MilterAnswer::insert_header,
                            MilterAnswer::change_header,
                            MilterAnswer::negotiate,
                            MilterAnswer::progress,
                            MilterAnswer::quarantine,
                            MilterAnswer::reject,
                            MilterAnswer::skip,
                            MilterAnswer::temporary,
                            MilterAnswer::reply})
    if (letters.find(static_cast<char>(answer)) == std::string_view::npos) return false;
  return letters.size() == 20;
}
static_assert(has_letters(milter_answers));

std::string_view first_string(std::string_view data) { return data.substr(0, data.find('\0')); }

// "name", null, "value", null; `index` stands before it where the change has one.
std::optional<HeaderChange> header_change(HeaderChange::How how, std::string_view data) {
  HeaderChange change{.how = how, .index = 0, .name = {}, .value = {}};
  if (how != HeaderChange::How::add) {
    if (data.size() < 4) return std::nullopt;
    change.index = milter_number_at(data, 0);
    data.remove_prefix(4);
  }
  auto const strings = milter_strings(data);
  if (strings.empty()) return std::nullopt;
  change.name = strings[0];
  if (strings.size() > 1) change.value = strings[1];
  return change;
}

Result<bool, std::string> noted(bool taken) {
  if (!taken) return fail(std::string("a change that cannot be made, or too many of them"));
  return true;
}

}  // namespace

Result<std::optional<MilterResponse>, std::string> read_milter_answer(std::string_view bytes,
                                                                      std::size_t& taken) {
  auto const frame = read_milter_frame(bytes, milter_answers, taken);
  if (!frame) return fail(frame.error());
  if (!*frame) return std::optional<MilterResponse>();
  return std::optional(
      MilterResponse{.answer = static_cast<MilterAnswer>((*frame)->letter), .data = (*frame)->data});
}

bool is_sound(MilterOffer const& answer) {
  constexpr std::uint32_t sizes_and_symbols = 0x30000000;  // of later versions of libmilter: passed over
  return answer.version >= 2 && answer.version <= 6 &&
         (answer.actions & ~(milter_all_actions | 0x100U)) == 0 &&
         (answer.protocol & ~(milter_all_steps | sizes_and_symbols)) == 0;
}

std::string print_milter_connect(std::string_view name, IpAddress const& client, std::uint16_t port) {
  std::string data(name.substr(0, name.find('\0')));
  data += '\0';
  data += client.is_v4() ? '4' : '6';
  data += static_cast<char>(port >> 8);
  data += static_cast<char>(port & 0xFF);
  data += (client.is_v4() ? "" : "IPv6:") + client.print();
  data += '\0';
  return print_milter_command(MilterCommand::connect, data);
}

std::string print_milter_strings(MilterCommand command, std::vector<std::string> const& strings) {
  std::string data;
  for (auto const& text : strings) {
    data += text.substr(0, text.find('\0'));
    data += '\0';
  }
  return print_milter_command(command, data);
}

std::string print_milter_values(MilterCommand of,
                                std::vector<std::pair<std::string, std::string>> const& macros) {
  std::string data(1, static_cast<char>(of));
  for (auto const& [name, value] : macros) {
    if (value.empty()) continue;
    data += name.size() == 1 ? name : "{" + name + "}";
    data += '\0';
    data += value.substr(0, value.find('\0'));
    data += '\0';
  }
  return print_milter_command(MilterCommand::macros, data);
}

std::string print_milter_field(std::string_view name, std::string_view value, bool leading_blank) {
  if (!leading_blank && value.starts_with(' ')) value.remove_prefix(1);
  std::string data(name);
  data += '\0';
  for (char const c : value)
    if (c != '\r' && c != '\0') data += c;  // lines of a folded field end with LF here
  data += '\0';
  return print_milter_command(MilterCommand::header, data);
}

std::optional<MilterReply> parse_milter_reply(std::string_view data) {
  data = trimmed(first_string(data));
  bool const has_code = data.size() >= 3 && (data[0] == '4' || data[0] == '5') && is_digit(data[1]) &&
                        is_digit(data[2]) && (data.size() == 3 || data[3] == ' ' || data[3] == '-');
  if (!has_code) return std::nullopt;
  MilterReply reply;
  reply.code = static_cast<std::uint16_t>((data[0] - '0') * 100 + (data[1] - '0') * 10 + (data[2] - '0'));
  auto rest = data.substr(std::min<std::size_t>(data.size(), 4));
  rest = rest.substr(0, rest.find_first_of("\r\n"));
  auto const word = rest.substr(0, rest.find(' '));
  bool const is_status =
      word.size() >= 5 && word[0] == data[0] && word[1] == '.' &&
      std::count(word.begin(), word.end(), '.') == 2 && word.back() != '.' &&
      std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c) || c == '.'; });
  if (is_status) {
    reply.status = word;
    rest.remove_prefix(word.size());
  }
  reply.text = printable(trimmed(rest), 400);
  return reply;
}

Result<bool, std::string> note_change(MilterResponse const& response, MessageChanges& changes) {
  using How = HeaderChange::How;
  auto const change = [&](How how) -> Result<bool, std::string> {
    auto wanted = header_change(how, response.data);
    return noted(wanted && changes.change(*std::move(wanted)));
  };
  switch (response.answer) {
    case MilterAnswer::add_header: return change(How::add);
    case MilterAnswer::insert_header: return change(How::insert);
    case MilterAnswer::change_header: return change(How::replace);
    case MilterAnswer::add_recipient:
    case MilterAnswer::add_recipient_with: return noted(changes.add_recipient(first_string(response.data)));
    case MilterAnswer::delete_recipient: return noted(changes.delete_recipient(first_string(response.data)));
    case MilterAnswer::change_sender: return noted(changes.change_sender(first_string(response.data)));
    case MilterAnswer::quarantine: return noted(changes.hold(first_string(response.data)));
    case MilterAnswer::shutdown:
    case MilterAnswer::accept:
    case MilterAnswer::replace_body:
    case MilterAnswer::go_on:
    case MilterAnswer::discard:
    case MilterAnswer::connection_failed:
    case MilterAnswer::negotiate:
    case MilterAnswer::progress:
    case MilterAnswer::reject:
    case MilterAnswer::skip:
    case MilterAnswer::temporary:
    case MilterAnswer::reply: return false;
  }
  return false;
}

}  // namespace postern::wire
