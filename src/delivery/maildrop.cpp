#include "delivery/maildrop.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/ascii.hpp"
#include "dialogue/transaction.hpp"
#include "wire/content_intake.hpp"
#include "wire/header_section.hpp"

namespace postern::delivery {
namespace {

constexpr mode_t directory_mode = 01733;  // everybody writes, nobody but us lists
constexpr std::string_view maildrop_ending = ".drop";

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

Result<std::string, std::string> read_all(int file, std::size_t size) {
  std::string text(size, '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    auto const count = ::read(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(std::string("it cannot be read"));
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
    bool const complete = name.size() > maildrop_ending.size() &&
                          name.substr(name.size() - maildrop_ending.size()) == maildrop_ending;
    if (complete && name.front() != '.') names.emplace_back(name);
  }
  ::closedir(handle);
  return names;
}

Result<MaildropMessage, std::string> read_maildrop(std::string const& path, std::uint64_t limit) {
  Descriptor const file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat about {};
  if (file.number() < 0 || ::fstat(file.number(), &about) != 0)
    return fail(std::string(std::strerror(errno)));
  if (!S_ISREG(about.st_mode) || about.st_nlink != 1) return fail(std::string("no ordinary file"));
  if (about.st_size < 0 || static_cast<std::uint64_t>(about.st_size) > limit + wire::dropped_envelope_limit)
    return fail(std::string("too large"));
  auto const text = read_all(file.number(), static_cast<std::size_t>(about.st_size));
  if (!text) return fail(text.error());
  auto message = wire::parse_dropped_message(*text, limit);
  if (!message) return fail(message.error());
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
  return dialogue::make_envelope(facts, directory, now);
}

}  // namespace postern::delivery
