"""Whether STARTTLS is offered: withheld from hosts that cannot speak TLS with us, and from nobody else."""
import contextlib, os, signal, ssl, subprocess, unittest

from support import Server, insecure, make_certificate, wait_until


def old_device():
    """Speaks TLS 1.0, which is not taken."""
    context = insecure()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context


class StarttlsOffer(unittest.TestCase):
    def break_handshakes(self, server, context):
        for number in range(1, 4):
            raw = server.raw().greet()
            with contextlib.suppress(ssl.SSLError, OSError):
                raw.start_tls(context)
            raw.socket.close()
            server.facts("SELECT * FROM connections WHERE tls = 'failed'", number)

    def offered(self, server):
        raw = server.raw()
        raw.reply()
        return "STARTTLS" in raw.ask("EHLO client.example\r\n")

    def test_it_is_withheld_from_who_cannot_speak_tls(self):
        server = Server(self).start()
        self.break_handshakes(server, old_device())
        self.assertFalse(self.offered(server))

    def test_it_is_offered_to_who_distrusts_the_certificate(self):
        server = Server(self).start()
        self.break_handshakes(server, ssl.create_default_context())
        self.assertTrue(self.offered(server))
        self.assertEqual(server.metric("postern_tls_distrusted_total"), 3)
        self.assertEqual([row[0] for row in server.facts("SELECT tls_distrusted FROM connections WHERE tls = 'failed'", 3)], [1, 1, 1])

    def test_it_is_offered_to_who_has_used_tls(self):
        server = Server(self).start()
        server.raw().greet().start_tls().ask("QUIT\r\n")
        server.facts("SELECT * FROM connections WHERE tls = 'established'")
        self.break_handshakes(server, old_device())
        self.assertTrue(self.offered(server))

    def test_it_is_always_offered_to_our_own_users(self):
        server = Server(self, listen='[[listen]]\naddress = "127.0.0.1:PORT"\nrole = "submission"\n', sections='[auth]\nusers_file = "users"\n')
        hashed = subprocess.run(["openssl", "passwd", "-6", "secret"], capture_output=True, text=True, check=True).stdout
        (server.dir / "users").write_text(f"alice:{hashed}")
        server.start()
        self.break_handshakes(server, old_device())
        self.assertTrue(self.offered(server))

    def test_it_is_offered_again_once_the_certificate_is_another(self):
        server = Server(self, tls='certificate = ["mx.pem"]\nkey = ["mx.key"]')
        make_certificate(server.dir, "mx")
        server.start()
        self.break_handshakes(server, old_device())
        os.kill(server.process.pid, signal.SIGHUP)
        wait_until(lambda: server.log().count("event=reloaded") == 1, "it has reloaded")
        self.assertFalse(self.offered(server), "nothing has changed")
        make_certificate(server.dir, "mx")
        os.kill(server.process.pid, signal.SIGHUP)
        wait_until(lambda: server.log().count("event=reloaded") == 2, "it has reloaded again")
        self.assertTrue(self.offered(server))


if __name__ == "__main__":
    unittest.main()
