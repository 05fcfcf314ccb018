// What a milter answers, and the changes that it asks for in a header section.
#include "expect.hpp"
#include "wire/header_fields.hpp"
#include "wire/milter_answer.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace postern::wire;
  std::string_view bytes(reinterpret_cast<char const*>(data), size);
  HeaderFields const as_given(bytes.substr(0, end_of_header(bytes)));
  POSTERN_EXPECT(bytes.starts_with(as_given.print()));
  MessageChanges changes;
  for (;;) {
    std::size_t taken = 0;
    auto const response = read_milter_answer(bytes, taken);
    if (!response || !*response) break;
    POSTERN_EXPECT(taken >= 5 && taken <= bytes.size());
    bytes.remove_prefix(taken);
    if (auto const offer = parse_milter_offer((*response)->data)) is_sound(*offer);
    if (auto const reply = parse_milter_reply((*response)->data))
      POSTERN_EXPECT(reply->code >= 400 && reply->code < 600);
    if (!note_change(**response, changes)) break;
  }
  POSTERN_EXPECT(changes.header().size() <= MessageChanges::most_changes);
  HeaderFields fields("From: a@b.example\r\nSubject: x\r\n y\r\n");
  for (auto const& change : changes.header()) fields.apply(change);
  auto const text = fields.print();
  POSTERN_EXPECT(end_of_header(text) == std::string_view::npos);  // nothing has ended the section
  POSTERN_EXPECT(HeaderFields(text).fields().size() == fields.fields().size());
  return 0;
}
