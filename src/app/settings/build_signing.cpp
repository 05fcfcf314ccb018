#include "app/settings/build_signing.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>

#include "app/settings/data_dir.hpp"
#include "app/settings/key_directory.hpp"
#include "app/settings/why_not.hpp"
#include "base/ascii.hpp"
#include "base/hex.hpp"

namespace postern::app {
namespace {

constexpr std::size_t least_srs_secret = 16;  // characters

bool make_secret(std::string const& path) {
  std::array<std::uint8_t, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return false;
  std::string const line = hex(bytes) + "\n";
  int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return false;
  bool const written =
      ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(file) == 0;
  int const error = errno;
  ::close(file);
  if (!written) ::unlink(path.c_str());
  errno = error;
  return written;
}

// Absent: the file cannot be read.
std::optional<std::vector<std::string>> read_secrets(std::string const& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  std::vector<std::string> secrets;
  for (std::string line; std::getline(in, line);)
    if (auto const secret = trimmed(line); !secret.empty()) secrets.emplace_back(secret);
  return secrets;
}

bool others_may_use(std::string const& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && (info.st_mode & (S_IRWXO | S_IWGRP)) != 0;
}

bool has_key(auth::SigningKeys const& keys, std::string const& domain, auth::KeyState state) {
  return std::any_of(keys.all().begin(), keys.all().end(), [&](auth::OwnKey const& own) {
    return own.name.domain == domain && own.name.state == state;
  });
}

void advise_about_keys_of(std::string const& domain, auth::SigningKeys const& keys, Problems& problems) {
  if (!keys.for_author(domain).empty()) return;
  if (has_key(keys, domain, auth::KeyState::next))
    problems.note("dkim.keys: the first keys of " + domain +
                  " wait until the running server sees them in the DNS; until then its mail leaves unsigned. "
                  "`postern dns` prints their records");
  else
    problems.warn("dkim.keys: there is no key for " + domain +
                  ", so that its mail leaves unsigned; `postern dkim new " + domain + "` makes some");
}

bool leads_elsewhere(policy::Directory const& directory, DomainSettings const& domain) {
  auto const name = Domain::parse(domain.name);
  if (!name) return false;
  return std::any_of(domain.aliases.begin(), domain.aliases.end(), [&](auto const& alias) {
    auto const targets = directory.expand(Address(alias.first, *name));
    return targets && std::any_of(targets->begin(), targets->end(), [&](Address const& target) {
             return directory.standing(target) == policy::RecipientClass::elsewhere;
           });
  });
}

}  // namespace

std::shared_ptr<auth::SigningKeys const> build_signing_keys(Settings const& settings, Problems& problems) {
  auto const directory = settings.key_directory();
  if (directory.empty()) return nullptr;
  auto read = read_keys(directory);
  for (auto const& problem : read.problems) problems.error(0, "dkim.keys: " + problem);
  return std::make_shared<auth::SigningKeys const>(std::move(read.keys));
}

std::shared_ptr<auth::Srs const> build_srs(Settings const& settings, Make make, Problems& problems) {
  if (!rewrites_senders(settings.live.forwarding)) return nullptr;
  auto const path = DataPaths(settings.data_directory()).srs_secrets;
  errno = 0;
  bool const is_missing = ::access(path.c_str(), F_OK) != 0 && errno == ENOENT;
  if (is_missing && make == Make::nothing) return nullptr;
  if (is_missing && !make_secret(path)) {
    problems.error(0, "forwarding.rewrite: " + path + " cannot be made: " + why_not(errno));
    return nullptr;
  }
  errno = 0;
  auto secrets = read_secrets(path);
  if (!secrets) {
    problems.error(0, "forwarding.rewrite: " + path + " cannot be read: " + why_not(errno));
    return nullptr;
  }
  bool const too_short = std::any_of(secrets->begin(), secrets->end(), [](std::string const& secret) {
    return secret.size() < least_srs_secret;
  });
  if (secrets->empty() || too_short) {
    problems.error(0, "forwarding.rewrite: " + path + ": each line has to be a secret of at least " +
                          std::to_string(least_srs_secret) + " characters, and there has to be one");
    return nullptr;
  }
  return std::make_shared<auth::Srs const>(*std::move(secrets));
}

void advise_about_signing(Settings const& settings, auth::SigningKeys const* keys,
                          policy::Directory const& directory, Problems& problems) {
  auto const& live = settings.live;
  if (keys != nullptr) {
    for (auto const& domain : live.domains)
      if (auto const name = Domain::parse(domain.name))
        advise_about_keys_of(name->a_label(), *keys, problems);
    for (auto const& own : keys->all()) {
      auto const path = settings.key_directory() + "/" + file_name(own.name);
      if (others_may_use(path))
        problems.warn("dkim.keys: other users of this system can read or change " + path +
                      "; `chmod 600` it");
    }
  }
  if (seals(live.forwarding) && keys == nullptr)
    problems.warn("forwarding.rewrite: nothing can be sealed without keys; set dkim.keys");
  if (live.forwarding != delivery::Forwarding::as_it_is) return;
  for (auto const& domain : live.domains)
    if (leads_elsewhere(directory, domain))
      problems.note("domains." + in_quotes(domain.name) +
                    ".aliases: some lead to other domains, whose servers may refuse such mail, since it does "
                    "not pass the SPF of its senders; forwarding.rewrite = \"srs+arc\" mends that");
}

}  // namespace postern::app
