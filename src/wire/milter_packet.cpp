#include "wire/milter_packet.hpp"

#include "base/ascii.hpp"

namespace postern::wire {
namespace {

constexpr std::size_t packet_limit = 1U << 20;
constexpr std::string_view milter_commands = "ABCDEHKLMNOQRTU";  // one for each MilterCommand
static_assert(milter_commands.size() == 15 &&
              milter_commands.front() == static_cast<char>(MilterCommand::abort) &&
              milter_commands.back() == static_cast<char>(MilterCommand::unknown));

}  // namespace

std::uint32_t milter_number_at(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::string print_milter_number(std::uint32_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
  return out;
}

Result<std::optional<MilterFrame>, std::string> read_milter_frame(std::string_view bytes,
                                                                  std::string_view letters,
                                                                  std::size_t& taken) {
  taken = 0;
  if (bytes.size() < 5) return std::optional<MilterFrame>();
  auto const length = milter_number_at(bytes, 0);
  if (length == 0 || length > packet_limit) return fail(std::string("a packet of a length that cannot be"));
  if (letters.find(bytes[4]) == std::string_view::npos)
    return fail(std::string("a command that there is not"));
  if (bytes.size() < 4 + std::size_t{length}) return std::optional<MilterFrame>();
  taken = 4 + std::size_t{length};
  return std::optional(MilterFrame{.letter = bytes[4], .data = bytes.substr(5, length - 1)});
}

Result<std::optional<MilterPacket>, std::string> read_milter_packet(std::string_view bytes,
                                                                    std::size_t& taken) {
  auto const frame = read_milter_frame(bytes, milter_commands, taken);
  if (!frame) return fail(frame.error());
  if (!*frame) return std::optional<MilterPacket>();
  return std::optional(
      MilterPacket{.command = static_cast<MilterCommand>((*frame)->letter), .data = (*frame)->data});
}

std::optional<MilterOffer> parse_milter_offer(std::string_view data) {
  if (data.size() < 12) return std::nullopt;
  return MilterOffer{.version = milter_number_at(data, 0),
                     .actions = milter_number_at(data, 4),
                     .protocol = milter_number_at(data, 8)};
}

std::string print_milter_offer(MilterOffer const& offer) {
  return print_milter_packet('O', print_milter_number(offer.version) + print_milter_number(offer.actions) +
                                      print_milter_number(offer.protocol));
}

std::optional<MilterConnect> parse_milter_connect(std::string_view data) {
  auto const end = data.find('\0');
  if (end == std::string_view::npos || end + 1 >= data.size()) return std::nullopt;
  MilterConnect connect{.name = std::string(data.substr(0, end))};
  char const family = data[end + 1];
  if (family != '4' && family != '6') return connect;  // a local socket, or not known
  if (data.size() < end + 5) return std::nullopt;
  connect.port = static_cast<std::uint16_t>(static_cast<unsigned char>(data[end + 2]) << 8 |
                                            static_cast<unsigned char>(data[end + 3]));
  auto address = data.substr(end + 4);
  address = address.substr(0, address.find('\0'));
  if (istarts_with(address, "IPv6:")) address.remove_prefix(5);
  connect.client = IpAddress::parse(address);
  return connect;
}

std::vector<std::string_view> milter_strings(std::string_view data) {
  std::vector<std::string_view> out;
  while (!data.empty()) {
    auto const text = data.substr(0, data.find('\0'));
    out.push_back(text);
    data.remove_prefix(std::min(data.size(), text.size() + 1));
  }
  return out;
}

MilterMacros parse_milter_macros(std::string_view data) {
  MilterMacros macros;
  if (data.empty()) return macros;
  macros.of = data.front();
  auto const strings = milter_strings(data.substr(1));
  for (std::size_t i = 0; i + 1 < strings.size(); i += 2) {
    auto name = strings[i];
    if (name.starts_with('{') && name.ends_with('}')) name = name.substr(1, name.size() - 2);
    macros.values.emplace_back(name, strings[i + 1]);
  }
  return macros;
}

std::string print_milter_packet(char response, std::string_view data) {
  return print_milter_number(static_cast<std::uint32_t>(data.size() + 1)) + response + std::string(data);
}

std::string print_milter_reply(std::string_view text) {
  auto line = printable(text, 500);
  for (auto& c : line)
    if (c == '%') c = ' ';  // sendmail takes it for a format
  line += '\0';
  return print_milter_packet('y', line);
}

std::string print_milter_header(std::string_view name, std::string_view value) {
  std::string data = print_milter_number(0);
  data += name;
  data += '\0';
  data += printable(value, 900);
  data += '\0';
  return print_milter_packet('i', data);
}

std::string print_milter_removal(std::string_view name, std::uint32_t index) {
  std::string data = print_milter_number(index);
  data += name;
  data += std::string(2, '\0');  // the end of the name, and an empty value
  return print_milter_packet('m', data);
}

}  // namespace postern::wire
