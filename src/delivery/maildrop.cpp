#include "delivery/maildrop.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/ascii.hpp"
#include "dialogue/transaction.hpp"
#include "wire/content_intake.hpp"
#include "wire/header_section.hpp"

namespace postern::delivery {
namespace {

constexpr mode_t directory_mode = 01733;  // everybody writes, nobody but us lists
constexpr std::string_view maildrop_ending = ".drop";
constexpr std::string_view taken_ending = ".taken";

bool has_ending(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() && name.ends_with(ending) && name.front() != '.';
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

Result<MaildropMessage, MaildropProblem> wrong(std::string why) {
  return fail(MaildropProblem{.why = std::move(why)});
}

// An error of the system. Few are about the file; the others are about the system (EMFILE, ENOMEM, EIO), and
// pass.
MaildropProblem problem_for(int error) {
  bool const is_of_the_file = error == ELOOP || error == EACCES || error == EPERM || error == ENXIO ||
                              error == ENODEV || error == EOVERFLOW;
  return {.why = std::strerror(error), .passing = !is_of_the_file};
}

Result<std::string, MaildropProblem> read_all(int file, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    auto const count = ::read(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(problem_for(errno));
    if (count == 0) return fail(MaildropProblem{.why = "it got shorter while it was read", .passing = true});
    done += static_cast<std::size_t>(count);
  }
  return text;
}

}  // namespace

Result<void, std::string> make_maildrop(std::string const& directory) {
  auto const problem = [&](char const* what) {
    return fail(directory + ": " + what + ": " + std::strerror(errno));
  };
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return problem("cannot be made");
  if (::chmod(directory.c_str(), directory_mode) != 0) return problem("cannot be opened for everybody");
  return {};
}

std::vector<std::string> list_maildrop(std::string const& directory) {
  std::vector<std::string> names;
  auto* handle = ::opendir(directory.c_str());
  if (handle == nullptr) return names;
  while (auto const* entry = ::readdir(handle)) {
    std::string_view const name = entry->d_name;
    if (has_ending(name, maildrop_ending) || is_taken(name)) names.emplace_back(name);
  }
  ::closedir(handle);
  return names;
}

bool is_taken(std::string_view name) { return has_ending(name, taken_ending); }

std::string taken_name(MessageId id) { return id.print() + std::string(taken_ending); }

Result<MaildropMessage, MaildropProblem> read_maildrop(std::string const& path, std::uint64_t limit) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat about {};
  if (file.number() < 0 || ::fstat(file.number(), &about) != 0) return fail(problem_for(errno));
  if (!S_ISREG(about.st_mode) || about.st_nlink != 1) return wrong("no ordinary file");
  if (about.st_size < 0 || static_cast<std::uint64_t>(about.st_size) > limit + wire::dropped_envelope_limit)
    return wrong("too large");
  auto const text = read_all(file.number(), static_cast<std::size_t>(about.st_size));
  if (!text) return fail(text.error());
  auto message = wire::parse_dropped_message(*text, limit);
  if (!message) return wrong(message.error());
  message->content =
      wire::take_in(message->content, message->mail.body.value_or(wire::Body::seven_bit)).content;
  return MaildropMessage{std::move(*message), about.st_uid};
}

wire::Envelope envelope_of(wire::DroppedMessage const& message, policy::Directory const& directory,
                           Instant now) {
  policy::Facts facts;
  facts.transaction.mail = message.mail;
  facts.transaction.size = message.content.size();
  wire::HeaderSection header;
  header.feed(message.content);
  facts.transaction.content = {header.has_8bit(), !is_ascii(message.content), header.tls_optional()};
  for (auto const& recipient : message.recipients)
    facts.transaction.recipients.push_back({recipient.forward_path,
                                            recipient.notify,
                                            recipient.orcpt,
                                            directory.standing(recipient.forward_path),
                                            true,
                                            250,
                                            {}});
  auto envelope = dialogue::make_envelope(facts, directory, now);
  envelope.submitted = true;
  return envelope;
}

}  // namespace postern::delivery
