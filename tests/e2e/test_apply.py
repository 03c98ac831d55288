"""ringwright apply: a plan first, safe to repeat, and what is wrong is shown where it stands in the file."""
import json
import pathlib
import tempfile

from harness import SOURCE, Server, main
from test_client import run

FILE = """\
sites:
  - name: Branch
    description: second floor
trunks:
  - name: Carrier One
    host: 192.0.2.7
    authUser: me
    authPassword: s3cret
  - name: Carrier Two
    host: 2001:db8::7
    transport: tcp
    addresses: ["192.0.2.1:5061;priority=1", 192.0.2.2]
    tlsName: two.example
    enabled: false
numbers:
  - phoneNumber: +6531234567
    id: main
    name: Main line
routes:
  - name: Asia
    site: Branch
    prefixes: [+65, "+81"]
    distribution: WEIGHTED
    trunks: [Carrier One;weight=3, Carrier Two]
  - name: Everywhere
    trunks: Demo carrier
"""


class Applied:
    def __init__(self, server, folder):
        self.server, self.path = server, pathlib.Path(folder, "telephony.yaml")

    def __call__(self, text, *flags, stdin=""):
        self.path.write_text(text)
        return run(["apply", "-f", "telephony.yaml", "--table", *flags], self.server, self.server.demo["admin_token"],
                   self.path.parent, stdin=stdin)

    def get(self, path):
        return self.server.request("GET", "/api/v2/telephony/providers/edges/" + path, token=self.server.demo["admin_token"]).json


def test_a_file_is_applied_and_applied_again():
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        apply = Applied(server, folder)
        plan = apply(FILE, "--plan")
        assert plan.returncode == 0, plan.stderr
        assert '+ trunk "Carrier Two"' in plan.stdout and "5 to create, 0 to change, 0 to delete; 1 as they are" in plan.stdout, plan.stdout
        assert apply.get("trunks")["total"] == 1
        asked = apply(FILE, stdin="n\n")
        assert asked.returncode == 1 and "nothing was changed" in asked.stderr and apply.get("trunks")["total"] == 1
        done = apply(FILE, stdin="y\n")
        assert done.returncode == 0, done.stderr
        site = apply.get("sites?name=Branch")["entities"][0]
        route = apply.get(f"sites/{site['id']}/outboundroutes")["entities"][0]
        assert route["prefixes"] == ["+65", "+81"] and [t["name"] for t in route["externalTrunkBases"]] == ["Carrier One", "Carrier Two"]
        assert [t["weight"] for t in route["externalTrunkBases"]] == [3, 1] and route["distribution"] == "WEIGHTED", route
        assert apply.get("trunkbasesettings?name=Carrier%20One")["entities"][0]["sip"]["hasPassword"]
        two = apply.get("trunkbasesettings?name=Carrier%20Two")["entities"][0]
        assert two["sip"]["addresses"] == ["192.0.2.1:5061;priority=1", "192.0.2.2"] and two["tls"]["name"] == "two.example", two
        assert apply.get("dids/main")["phoneNumber"] == "+6531234567"

        again = apply(FILE, "--yes")
        assert again.returncode == 0 and again.stdout.startswith("0 to create, 0 to change, 0 to delete; 6 as they are"), again.stdout
        assert apply.get("trunkbasesettings?name=Carrier%20One")["entities"][0]["version"] == 1


def test_changes_are_shown_and_made():
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        apply = Applied(server, folder)
        assert apply(FILE, "--yes").returncode == 0
        changed = FILE.replace("host: 192.0.2.7", "host: 192.0.2.8").replace("[Carrier One;weight=3, Carrier Two]", "[Carrier Two]")
        changed = changed.replace("name: Main line", "name: Main line\n    state: inactive")
        done = apply(changed, "--yes")
        assert done.returncode == 0, done.stderr
        assert '~ trunk "Carrier One"\n    host: "192.0.2.7" -> "192.0.2.8"\n' in done.stdout, done.stdout
        assert 'trunks: ["Carrier One;weight=3","Carrier Two"] -> ["Carrier Two"]' in done.stdout, done.stdout
        trunk = apply.get("trunkbasesettings?name=Carrier%20One")["entities"][0]
        assert trunk["sip"]["host"] == "192.0.2.8" and trunk["sip"]["authUser"] == "me" and trunk["sip"]["hasPassword"]
        # a member that the file leaves out stays as it is
        done = apply(changed.replace("    state: inactive\n", "").replace("Main line", "Head office"), "--yes")
        assert done.returncode == 0 and apply.get("dids/main")["state"] == "inactive", done.stderr

        without = changed[:changed.index("  - name: Carrier Two")] + changed[changed.index("numbers:"):]
        without = without.replace("[Carrier Two]", "Carrier One")
        kept = apply(without, "--yes")
        assert kept.returncode == 0 and apply.get("trunks")["total"] == 3, kept.stderr
        pruned = apply(without.replace("trunks: Demo carrier", "trunks: Carrier One"), "--yes", "--prune")
        assert pruned.returncode == 1, pruned.stdout + pruned.stderr  # the main site has a route that stays
        assert '- trunk "Carrier Two"\n' in pruned.stdout and '- number "+6534567890"\n' in pruned.stdout, pruned.stdout
        assert apply.get("trunks")["total"] == 1
        assert "is in use" in pruned.stderr and 'outbound route "Everywhere"' in pruned.stderr, pruned.stderr


MORE = """\
sites:
  - name: Branch
pools:
  - name: Head office
    first: +6531234570
    last: +6531234579
    comments: contract 4711
phones:
  - name: Desk 12
    site: Branch
    uri: sip:desk12@192.0.2.12:5060
    authUser: desk12
    authPassword: s3cret
extensionPools:
  - name: Second floor
    first: 2000
    last: 2999
extensions:
  - number: 2001
    user: USER
  - number: 2002
    phone: Desk 12
numberPlans:
  - name: Mobile
    class: Mobile
    matchType: regex
    match: ^\\+65[89]\\d{7}$
  - name: Home
    class: National
    matchType: intraCountryCode
    match: 65
  - name: Home
    site: Branch
    class: Special
    matchType: numberList
    numbers: [+6531234500-+6531234599, +658]
"""


def test_phones_pools_extensions_and_plans():
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        apply = Applied(server, folder)
        text = MORE.replace("USER", server.demo["user_id"])
        plan = apply(text, "--plan")
        assert "8 to create" in plan.stdout or "9 to create" in plan.stdout, plan.stdout + plan.stderr
        done = apply(text, "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        phone = apply.get("phones?name=Desk%2012")["entities"][0]
        branch = apply.get("sites?name=Branch")["entities"][0]
        assert phone["sip"]["hasPassword"] and phone["site"]["id"] == branch["id"], phone
        assert apply.get("didpools/dids?numberMatch=3123457")["total"] == 10
        extensions = {e["number"]: e for e in apply.get("extensions")["entities"]}
        assert extensions["2001"]["owner"]["id"] == server.demo["user_id"] and extensions["2001"]["ownerType"] == "USER"
        assert extensions["2002"]["owner"]["id"] == phone["id"] and extensions["2002"]["ownerType"] == "PHONE"
        plans = apply.get(f"sites/{branch['id']}/numberplans")
        assert plans[0]["numbers"] == [{"start": "+6531234500", "end": "+6531234599"}, {"start": "+658"}], plans
        again = apply(text, "--yes")
        assert again.returncode == 0 and again.stdout.startswith("0 to create, 0 to change, 0 to delete; 9 as they are"), again.stdout

        # changed: what is sent keeps what the file does not say; a plan of one site does not touch those of another
        changed = text.replace("number: 2001\n    user: " + server.demo["user_id"], "number: 2001\n    phone: Desk 12")
        changed = changed.replace("192.0.2.12", "192.0.2.13").replace("[89]", "[8]").replace("last: 2999", "last: 3999")
        done = apply(changed, "--yes")
        assert done.returncode == 0 and "0 to create, 4 to change" in done.stdout, done.stdout + done.stderr
        phone = apply.get("phones?name=Desk%2012")["entities"][0]
        assert phone["sip"]["uri"].endswith("13:5060") and phone["sip"]["hasPassword"] and phone["site"]["id"] == branch["id"], phone
        assert apply.get("extensions?number=2001")["entities"][0]["owner"]["id"] == phone["id"]
        assert apply.get(f"sites/{branch['id']}/numberplans")[0]["version"] == plans[0]["version"]

        # pruned, in the order in which nothing is in use
        empty = "pools: []\nphones: []\nextensionPools: []\nextensions: []\nnumberPlans: []\n"
        pruned = apply(empty, "--yes", "--prune")
        assert "- number plan \"Home\"\n" in pruned.stdout and "- extension \"2001\"\n" in pruned.stdout, pruned.stdout
        assert pruned.returncode == 1 and "in use" in pruned.stderr, pruned.stderr  # the demo user's telephone
        assert apply.get("extensions")["total"] == 0 and apply.get("extensionpools")["total"] == 0

        wrong = MORE.replace("USER", "nobody").replace("[89]", "(89").replace("last: 2999", "last: 299")
        for part, told in ((wrong[wrong.index("numberPlans"):], ":5:12: error: the group is not closed [numberplan.bad_pattern]"),
                           ("extensions:\n- number: 7\n", ":2:3: error: the extension has no owner"),
                           ("extensions:\n- {number: 7, phone: Nowhere}\n", "has this phone"),
                           (wrong[wrong.index("extensionPools"):wrong.index("extensions:")], ":4:11: error: the range ends")):
            refused = apply(part, "--yes")
            assert refused.returncode == 1 and told in refused.stderr, refused.stdout + refused.stderr


def test_a_route_has_callers():
    text = "routes:\n- name: Home\n  prefixes: +65\n  callers: ['+653', '+658']\n  callerId: '+6534567890'\n  hours: [Mon-Fri 09:00-18:00, Sat 10:00-14:00]\n  timeZone: Asia/Singapore\n  trunks: Demo carrier\n"
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        apply = Applied(server, folder)
        assert apply(text, "--yes").returncode == 0
        site = apply.get("sites")["entities"][0]
        route = apply.get(f"sites/{site['id']}/outboundroutes?name=Home")["entities"][0]
        assert route["callerPrefixes"] == ["+653", "+658"] and route["callerId"] == "+6534567890", route
        slots = route["callableTime"]["timeSlots"]
        assert len(slots) == 6 and slots[5] == {"day": 6, "startTime": "10:00:00", "stopTime": "14:00:00"}, slots
        assert apply(text, "--yes").stdout.startswith("0 to create, 0 to change, 0 to delete; 1 as they are")
        for wrong, told in (("Mon-Fri 09:00", "telephony.yaml:6:11: error: this is no stretch of the week"),
                            ("Mon-Fri 09:00-25:00", "telephony.yaml:6:10: error: this is no stretch of a day [route.bad_hours]")):
            refused = apply(text.replace("Mon-Fri 09:00-18:00", wrong), "--yes")
            assert refused.returncode == 1 and told in refused.stderr, refused.stderr
        changed = apply(text.replace(", '+658'", ""), "--yes")
        assert 'callers: ["+653","+658"] -> ["+653"]' in changed.stdout, changed.stdout + changed.stderr
        again = apply(text.replace("'+653', '+658'", "'+44'"), "--yes")
        assert "telephony.yaml:5:13: error: the route can't show this number to whom is called" in again.stderr, again.stderr


def test_the_example_of_the_documentation():
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        apply, text = Applied(server, folder), (SOURCE / "docs/examples/telephony.yaml").read_text()
        refused = apply(text, "--yes")  # the demo tenant has the number already, with another id
        assert refused.returncode == 1 and "it was made with another one" in refused.stderr, refused.stderr
        text = text.replace("main-line", server.demo["provider_id"])
        assert apply(text, "--yes").returncode == 0
        again = apply(text, "--yes")
        assert again.returncode == 0 and again.stdout.startswith("0 to create, 0 to change, 0 to delete"), again.stdout


def test_faults_are_shown_where_they_stand():
    cases = [
        ("trunks: [", ["telephony.yaml:2:1: error: did not find expected node content"]),
        ("a: 1\n", ["telephony.yaml:1:1: error: there is no list of this name", "= expected: sites, trunks, pools, numbers, phones, extensionPools, extensions, numberPlans or routes"]),
        ("", ["telephony.yaml:1:1: error: the file has none of the lists"]),
        ("trunks: 7\n", ["telephony.yaml:1:9: error: this is no list"]),
        ("trunks:\n- name: A\n  hots: x\n  port: abc\n  enabled: yes\n",
         ["telephony.yaml:3:3: error: a trunk has no member of this name", "= expected: host",
          "telephony.yaml:2:3: error: the trunk has no host", "telephony.yaml:4:9: error: this is no number",
          "telephony.yaml:5:12: error: this is neither true nor false"]),
        ("numbers:\n- phoneNumber: 6531234567\n- phoneNumber: +65 3123 4567\n",
         ["telephony.yaml:2:16: error: the number does not begin with", "telephony.yaml:3:16: error: a number stands here",
          "= expected: +6531234567"]),
        ("trunks:\n- {name: A, host: h}\n- {name: A, host: h}\n", ["telephony.yaml:3:10: error: this stands in the file twice"]),
        ("routes:\n- {name: R, trunks: [Nobody], site: Nowhere}\n",
         ["telephony.yaml:2:22: error: neither the file nor the server has this trunk",
          "telephony.yaml:2:37: error: neither the file nor the server has this site"]),
        # the server's own refusals
        ("trunks:\n- name: A\n  host: sip:192.0.2.7\n", ["telephony.yaml:3:9: error: this is no host [trunk.bad_host]",
                                                        "3 |   host: sip:192.0.2.7", "= instead: 192.0.2.7"]),
        ("routes:\n- name: R\n  trunks: Demo carrier\n  prefixes: ['+65', 81]\n",
         ["telephony.yaml:4:21: error: this is no beginning of telephone numbers [route.bad_prefix]"]),
        ("numbers:\n- phoneNumber: '+6534567890'\n  id: other\n", ["telephony.yaml:3:7: error: it was made with another one"]),
    ]
    with Server("127.0.0.1:9") as server, tempfile.TemporaryDirectory() as folder:
        apply, wrong = Applied(server, folder), []
        for text, parts in cases:
            done = apply(text, "--yes")
            missing = [part for part in parts if part not in done.stderr]
            if done.returncode != 1 or missing:
                wrong.append(f"{text!r} -> {done.returncode}, without {missing}\n{done.stdout}{done.stderr}")
        assert not wrong, "\n".join(wrong)
        assert apply.get("trunks")["total"] == 1


if __name__ == "__main__":
    main({name: thing for name, thing in globals().items() if getattr(thing, "__module__", None) == __name__})
