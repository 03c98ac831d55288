"""Keys (DTMF) between a station and a trunk's far end, in each of the ways that a trunk can have them."""
from harness import Server, Simulator, main, until

KEYS = list("159#")


def keys(simulator, how):
    return [e["digit"] for e in simulator.events() if e.get("event") == "digit_heard" and e["as"] == how]


def every_key(simulator):
    return [e["digit"] for e in simulator.events() if e.get("event") == "digit_heard"]


def disconnect(server, conversation):
    answer = server.request("POST", f"/api/v2/conversations/{conversation}/disconnect")
    assert answer.status == 202, (answer.status, answer.body)
    server.finished(conversation)


def test_the_stations_keys_reach_the_far_end():
    for way, how, srtp in (("rfc4733", "event", "off"), ("info", "info", "off"), ("inband", "sound", "off"),
                           ("inband", "sound", "required")):
        # answers at once: the station's keys begin 300 ms after its own answer
        with Simulator("--ring-ms", "0", "--answer-ms", "0") as carrier, Simulator("--station") as station, \
                Server(carrier.sip, f"sip:9740@{station.sip}", settings=("sip.trace_messages=1000",)) as server:
            server.change_trunk(media={"dtmf": way, "srtp": srtp})
            conversation = server.place()
            server.in_state(conversation, "external", "connected")
            until(f"the keys by {way}", lambda: keys(carrier, how) == KEYS)
            until("the tone behind them", lambda: any(e.get("event") == "tone_heard" and abs(e["hz"] - 440) < 15
                                                      for e in carrier.events()))
            disconnect(server, conversation)
            assert every_key(carrier) == KEYS, carrier.events()  # each once, and in one way
            trace = server.request("GET", f"/api/v2/ringwright/sip?conversationId={conversation}").body.decode()
            assert ("INFO sip:" in trace) == (way == "info"), trace
            assert not any(f"Signal={key}" in trace for key in KEYS), trace


def test_the_far_ends_keys_reach_the_station():
    for script, way, how in (("9740", "rfc4733", "event"), ("9747", "info", "event"), ("9741", "inband", "sound")):
        with Simulator() as carrier, Simulator("--station") as station, \
                Server(carrier.sip, f"sip:dana@{station.sip}") as server:
            server.change_trunk(media={"dtmf": way})
            conversation = server.place(f"+659123{script}")
            server.in_state(conversation, "external", "connected")
            until(f"the keys by {way}", lambda: keys(station, how) == KEYS)
            disconnect(server, conversation)
            assert every_key(station) == KEYS, station.events()


def test_info_is_not_listened_to_elsewhere():
    with Simulator() as carrier, Simulator("--station") as station, \
            Server(carrier.sip, f"sip:dana@{station.sip}") as server:
        conversation = server.place("+6591239747")
        server.in_state(conversation, "external", "connected")
        until("the far end's keys", lambda: sum(e.get("event") == "info_answered" for e in carrier.events()) == len(KEYS))
        disconnect(server, conversation)
        assert every_key(station) == [], station.events()


main(globals())
