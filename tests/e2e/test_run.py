"""The command ./run, as a user calls it."""
import os, pathlib, signal, subprocess, tempfile, unittest

from support import free_port

RUN = pathlib.Path(__file__).resolve().parents[2] / "run"


@unittest.skipIf(os.environ.get("POSTERN_SANITIZE"), "./run is the release build")
class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run([RUN, "version"], check=True, capture_output=True, timeout=1800)

    def test_passes_arguments_folder_output_and_exit_code_through(self):
        with tempfile.TemporaryDirectory() as directory:
            pathlib.Path(directory, "my.toml").write_text('hostname = "mx.example.org"\n')
            good = subprocess.run([RUN, "check", "my.toml"], cwd=directory, capture_output=True, text=True, timeout=60)
            self.assertEqual((good.returncode, good.stdout), (0, "my.toml: good\n"))
            pathlib.Path(directory, "my.toml").write_text("frob = 1\n")
            bad = subprocess.run([RUN, "check", "my.toml"], cwd=directory, capture_output=True, text=True, timeout=60)
            self.assertEqual((bad.returncode, bad.stdout), (1, ""))
            self.assertIn("my.toml:1: frob", bad.stderr)

    def test_works_through_a_link(self):
        with tempfile.TemporaryDirectory() as directory:
            link = pathlib.Path(directory, "postern-run")
            link.symlink_to(RUN)
            self.assertEqual(subprocess.run([link, "version"], capture_output=True, timeout=60).returncode, 0)

    def test_becomes_the_server_and_takes_its_signals(self):
        with tempfile.TemporaryDirectory() as directory:
            config = pathlib.Path(directory, "postern.toml")
            config.write_text(f'hostname = "mx.example.org"\n[[listen]]\naddress = "127.0.0.1:{free_port()}"\n[web]\naddress = ""\n')
            process = subprocess.Popen([RUN, "serve", "--config", "postern.toml"], cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(process.stdout.close)
            self.addCleanup(process.stderr.close)
            while "SMTP on" not in process.stderr.readline():
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0)
            self.assertEqual(process.stdout.read(), "")


if __name__ == "__main__":
    unittest.main()
