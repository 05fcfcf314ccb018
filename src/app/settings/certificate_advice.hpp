// Certificates that are over, near their end, or for other names than those that this server is known by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/settings/problems.hpp"
#include "app/settings/settings.hpp"
#include "base/instant.hpp"

namespace postern::app {

struct CertificateEnd {
  std::string file;
  Instant ends{};
};

// Of the certificates that the configuration names and that can be read: tls.certificate, send.certificate.
std::vector<CertificateEnd> certificate_ends(Settings const& settings);

constexpr int near_days = 30;                       // before its end a certificate is told of
std::int64_t days_left(Instant ends, Instant now);  // whole ones; below zero: it is over

// A file that cannot be read is an error elsewhere.
void advise_about_certificates(Settings const& settings, Instant now, Problems& problems);

}  // namespace postern::app
