// Zip archives as several kinds of programs write them, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "wire/binary.hpp"
#include "wire/gzip.hpp"

namespace postern::tests {

enum class ZipForm : std::uint8_t { stored, deflated, streamed, streamed_without_signature, streamed_zip64 };

inline std::string deflated(std::string_view text) {  // gzip's content, without its frame
  auto const whole = wire::gzip(text);
  return whole.substr(10, whole.size() - 18);
}

inline std::uint32_t checksum_of(std::string_view text) {
  auto const whole = wire::gzip(text);
  return wire::BinaryReader(std::string_view(whole).substr(whole.size() - 8)).get<std::uint32_t>();
}

struct ZipMember {
  std::string name;
  std::string content;
  ZipForm form = ZipForm::deflated;
  std::uint16_t flags = 0;   // more of them
  std::uint16_t method = 0;  // other than the form's; 0: the form's
  std::uint32_t wrong = 0;   // added to the checksum
};

inline std::string zip_member(ZipMember const& member) {
  bool const streamed = member.form != ZipForm::stored && member.form != ZipForm::deflated;
  bool const zip64 = member.form == ZipForm::streamed_zip64;
  auto const data = member.form == ZipForm::stored ? member.content : deflated(member.content);
  auto const checksum = checksum_of(member.content) + member.wrong;
  std::uint16_t const method = member.form == ZipForm::stored ? 0 : 8;
  std::uint16_t const descriptor = streamed ? 8 : 0;
  std::string out = "PK\x03\x04";
  wire::BinaryWriter writer(out);
  writer.put(std::uint16_t{20});
  writer.put(static_cast<std::uint16_t>(member.flags | descriptor));
  writer.put(member.method != 0 ? member.method : method);
  writer.put(std::uint32_t{0});  // time and date
  writer.put(streamed ? 0 : checksum);
  writer.put(streamed ? (zip64 ? 0xFFFF'FFFF : 0) : static_cast<std::uint32_t>(data.size()));
  writer.put(streamed ? (zip64 ? 0xFFFF'FFFF : 0) : static_cast<std::uint32_t>(member.content.size()));
  writer.put(static_cast<std::uint16_t>(member.name.size()));
  writer.put(static_cast<std::uint16_t>(zip64 ? 29 : 9));
  out += member.name;
  out += std::string("UT\x05\0\x01\0\0\0\0", 9);
  if (zip64) {
    writer.put(std::uint16_t{1});
    writer.put(std::uint16_t{16});
    writer.put(std::uint64_t{0});
    writer.put(std::uint64_t{0});
  }
  out += data;
  if (!streamed) return out;
  if (member.form != ZipForm::streamed_without_signature) out += "PK\x07\x08";
  writer.put(checksum);
  if (zip64) {
    writer.put(std::uint64_t{data.size()});
    writer.put(std::uint64_t{member.content.size()});
  } else {
    writer.put(static_cast<std::uint32_t>(data.size()));
    writer.put(static_cast<std::uint32_t>(member.content.size()));
  }
  return out;
}

// What follows the entries. A reader that goes forward needs no more of the central directory than its start.
inline std::string zip_end() { return std::string("PK\x01\x02", 4) + std::string(42, '\0'); }

}  // namespace postern::tests
