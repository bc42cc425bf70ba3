"""Secrets never stand in a masked command line; what is none stays as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.presentation.masking import MASK, masked

SECRET = "S3cret"


def shown(*arguments: str) -> str:
    """Mask arguments; a blank stands for the NUL between two."""
    return masked("\0".join(arguments).encode()).decode().replace("\0", " ").replace("•••", "*")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("proxy", "--config", "/etc/proxy.toml", "--token", SECRET), "proxy --config /etc/proxy.toml --token *"),
        (("x", f"--token={SECRET} with blanks"), "x --token=*"),
        (("x", f"PGPASSWORD={SECRET}"), "x PGPASSWORD=*"),
        (("java", f"-Ddb.password={SECRET}", "-Dx=y"), "java -Ddb.password=* -Dx=y"),
        (("x", "-password", SECRET, "-v"), "x -password * -v"),
        (("x", "--client-secret", SECRET), "x --client-secret *"),
        (("x", f"--apiKey={SECRET}"), "x --apiKey=*"),
        (("curl", "-H", f"Authorization: Bearer {SECRET} x", "h"), "curl -H Authorization: * h"),
        (("curl", "-H", f"X-Api-Key: {SECRET}", "h"), "curl -H X-Api-Key: * h"),
        (("curl", "-sSu", f"me:{SECRET}", "h"), "curl -sSu * h"),
        (("curl", f"-ume:{SECRET}", "h"), "curl -u* h"),
        (("psql", f"postgres://me:{SECRET}@db:5432/x"), "psql postgres://me:*@db:5432/x"),
        (("redis-cli", "-u", f"redis://:{SECRET}@db:6379"), "redis-cli -u redis://:*@db:6379"),
        (("git", f"https://{SECRET * 4}@github.com/x"), "git https://*@github.com/x"),
        (("psql", f"host=db password={SECRET} user=me"), "psql host=db password=* user=me"),
        (("x", f"http://h/?token={SECRET}"), "x http://h/?token=*"),
        (("mysql", "-uroot", f"-p{SECRET}", "-h", "db"), "mysql -uroot -p* -h db"),
        (("sudo", "/usr/bin/mysqldump", f"-p{SECRET}"), "sudo /usr/bin/mysqldump -p*"),
        (("sshpass", "-p", SECRET, "ssh", "h"), "sshpass -p * ssh h"),
        (("redis-cli", "-a", SECRET), "redis-cli -a *"),
        (("docker", "login", "-u", "me", "-p", SECRET), "docker login -u me -p *"),
        (("ldapsearch", "-w", SECRET, "-x"), "ldapsearch -w * -x"),
        (("sh", "-c", f"mysql -p{SECRET}; x --password '{SECRET} {SECRET}' h"), "sh -c mysql -p* x --password * h"),
        (("sh", "-c", f"curl -H 'Authorization: Bearer {SECRET}' h"), "sh -c curl -H 'Authorization:* h"),
        (("x", f'{{"password": "{SECRET} {SECRET}", "a": 1}}'), 'x {"password": * "a": 1}'),
        (("x", "ghp_0123456789abcdefghij", "AKIAABCDEFGHIJKLMNOP"), "x * *"),
        (("x", "eyJhbGciOiJI.eyJzdWIi.c2lnbmF0dXJl"), "x *"),
        (("x", f"https://me:{SECRET}"), "x https://me:*"),
    ],
)  # fmt: skip
def test_secrets_that_show_themselves_are_masked(arguments, expected):
    assert shown(*arguments) == expected
    assert SECRET not in shown(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ("nginx: worker process",),
        ("postgres: app orders 127.0.0.1(41880) idle",),
        ("sshd: deploy@pts/0",),
        ("x", "--password-file", "/run/secrets/x", "--author", "me", "--bypass", "now", "--tokenizer", "bpe"),
        ("docker", "run", "-p", "8080:80", "nginx"),
        ("ssh", "-p", "22", "me@host"),
        ("git", "clone", "git@github.com:foo/bar.git"),
        ("x", "http://127.0.0.1:8080/a", "http://[::1]:80/", "https://me@host/", "tcp://db:5432"),
        ("mysql", "-p", "orders"),
        ("compass", "--compass=3", "--surpass", "3"),
        ("",),
    ],
)
def test_what_is_no_secret_stays(arguments):
    assert shown(*arguments) == " ".join(arguments)


FORMS = [
    ("--password", "{}"),
    ("--token={}",),
    ("-Dauth.token={}",),
    ("API_KEY={}",),
    ("Authorization: Bearer {}",),
    ("Cookie: session={}",),
    ("https://user:{}@db.example/x",),
    ("mysql", "-p{}"),
    ("sshpass", "-p", "{}"),
    ("redis-cli", "-a", "{}"),
    ("sh", "-c", "login --password {} now"),
    ("sh", "-c", "DB_PASSWORD={} run"),
    ("sh", "-c", "curl https://user:{}@db.example/x"),
    ("host=db password={} user=me",),
]
AROUND = st.lists(st.text("abcdef/=:@-. ", max_size=12), max_size=3)


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
@given(
    secret=st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C", "P", "S")), min_size=3, max_size=20),
    before=AROUND,
    after=AROUND,
)
def test_no_secret_is_ever_shown(form, secret, before, after):
    secret = f"Zq9{secret}"
    line = "\0".join(["program", *before, *(part.format(secret) for part in form), *after]).encode()
    assert b"Zq9" not in masked(line)
    assert MASK in masked(line)


SIGNS = st.text("!#$%&*+,-./:;<=>?@[]^_`{|}~(" + "ab1", min_size=3, max_size=20)


@pytest.mark.parametrize("form", [form for form in FORMS if "https" not in form[-1]], ids=" ".join)
@given(secret=SIGNS)
def test_no_sign_in_a_secret_ends_its_mask(form, secret):
    line = "\0".join(part.format(f"{secret}Zq9") for part in form).encode()
    assert b"Zq9" not in masked(line)


@given(data=st.binary(max_size=300))
def test_any_bytes_are_masked_without_an_error(data):
    assert masked(data).count(b"\0") == data.count(b"\0")


def test_a_hostile_command_line_is_masked_in_no_time():
    """Patterns that go back and forth would take hours for these; nothing is measured, the test just ends."""
    for piece in (b"password", b"--", b"a:", b"://", b"a.b-", b"'\"", b"token file ", b"x-"):
        masked((piece * 4096)[:4096])
