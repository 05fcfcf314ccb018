#include "wire/seven_bit.hpp"

#include <algorithm>
#include <iterator>

#include "base/ascii.hpp"
#include "base/assert.hpp"

namespace postern::wire {
namespace {

std::string_view name_of(EntityForm form) {
  switch (form) {
    case EntityForm::as_it_is: break;
    case EntityForm::seven_bit: return "7bit";
    case EntityForm::quoted_printable: return "quoted-printable";
    case EntityForm::base64: return "base64";
  }
  return {};
}

bool is_encoded(EntityForm form) {
  return form == EntityForm::quoted_printable || form == EntityForm::base64;
}

}  // namespace

void SevenBit::feed(std::string_view bytes, std::string& out) {
  walk_.feed(bytes);
  hand_over(out);
}

void SevenBit::finish(std::string& out) {
  walk_.finish();
  if (lacks_line_end_) made_ += "\r\n";
  hand_over(out);
}

void SevenBit::hand_over(std::string& out) {
  POSTERN_ASSERT(is_ascii(made_));
  if (!made_.empty()) in_line_ = made_.back() != '\n';
  out += made_;
  made_.clear();
}

void SevenBit::on_begin() {
  POSTERN_ASSERT(begun_ < forms_.size());
  open_.push_back(forms_[begun_++]);
}

void SevenBit::on_header(std::string_view bytes, FieldKind field) {
  if (field == FieldKind::transfer_encoding && open_.back() != EntityForm::as_it_is) return;
  made_ += bytes;
}

void SevenBit::on_head(EntityHead const& head) {
  auto const form = open_.back();
  if (form != EntityForm::as_it_is) {
    bool const in_line = made_.empty() ? in_line_ : made_.back() != '\n';
    if (in_line) made_ += "\r\n";
    if (head.of_message && !head.has_version) made_ += "MIME-Version: 1.0\r\n";
    if (is_encoded(form) && !head.has_type) made_ += "Content-Type: text/plain; charset=unknown-8bit\r\n";
    made_ += "Content-Transfer-Encoding: ";
    made_ += name_of(form);
    made_ += "\r\n";
  }
  if (head.has_empty_line || form != EntityForm::as_it_is) made_ += "\r\n";
  quoted_printable_ = {};
  base64_ = {};
}

void SevenBit::on_body(std::string_view bytes) {
  switch (open_.back()) {
    case EntityForm::as_it_is:
    case EntityForm::seven_bit: made_ += bytes; break;
    case EntityForm::quoted_printable: quoted_printable_.feed(bytes, made_); break;
    case EntityForm::base64: base64_.feed(bytes, made_); break;
  }
}

void SevenBit::on_outside(std::string_view bytes) {
  lacks_line_end_ = false;
  if (bytes == "\r\n") {
    made_ += bytes;
    return;
  }
  std::transform(bytes.begin(), bytes.end(), std::back_inserter(made_),
                 [](char c) { return is_8bit(c) || c == '\r' || c == '\n' || c == '\0' ? '?' : c; });
}

void SevenBit::on_delimiter(std::string_view bytes) {
  lacks_line_end_ = false;
  made_ += bytes;
}

void SevenBit::on_end() {
  auto const form = open_.back();
  open_.pop_back();
  if (form == EntityForm::quoted_printable) quoted_printable_.finish(made_);
  if (form != EntityForm::base64) return;
  base64_.finish(made_);
  lacks_line_end_ = true;
}

std::optional<std::string> to_seven_bit(std::string_view message) {
  SevenBitPlan plan;
  plan.feed(message);
  plan.finish();
  if (!plan.obstacle().empty()) return std::nullopt;
  std::string out;
  out.reserve(message.size() + message.size() / 4);
  SevenBit converter(plan.forms());
  converter.feed(message, out);
  converter.finish(out);
  return out;
}

}  // namespace postern::wire
