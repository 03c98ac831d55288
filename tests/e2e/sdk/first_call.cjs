// The vendor's own SDK places, reads, lists and ends a call, and shows a refusal to its user.
// Called with a JSON object of what the server is; prints one JSON line of what it saw.
'use strict';
const assert = require('node:assert');
const platform = require('purecloud-platform-client-v2');

const server = JSON.parse(process.argv[2]);
const client = platform.ApiClient.instance;
client.setGateway({ host: server.host, protocol: 'http', port: server.port });
client.config.logger.log_level = client.config.logger.logLevelEnum.level.LNone;

async function refused(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('this should have been refused');
}

async function main() {
  const calls = new platform.ConversationsApi();

  client.setAccessToken(server.user_token);
  const me = await new platform.UsersApi().getUsersMe();
  assert.strictEqual(me.id, server.user_id);
  const token = await new platform.TokensApi().getTokensMe();
  assert.ok(token.organization.id);

  // The vendor's own model of the request.
  const placed = await calls.postConversationsCalls({
    phoneNumber: '+6591234567', callerId: '+6534567890',
  });
  assert.match(placed.id, /^[0-9a-f-]{36}$/);
  assert.ok(placed.selfUri.endsWith(placed.id));

  const deadline = Date.now() + 60000;
  let view;
  do {
    view = await calls.getConversationsCall(placed.id);
    assert.ok(Date.now() < deadline, 'the call did not connect');
  } while (view.participants.length < 2 || view.participants.some((p) => p.state !== 'connected'));
  const open = await calls.getConversationsCalls();
  assert.ok(open.entities.some((c) => c.id === placed.id));

  await calls.patchConversationsCall(placed.id, { state: 'disconnected' });
  do {
    view = await calls.getConversationsCall(placed.id);
    assert.ok(Date.now() < deadline, 'the call did not end');
  } while (view.participants.some((p) => !p.endTime));
  assert.ok(view.participants.every((p) => p.disconnectType === 'client'),
    JSON.stringify(view.participants.map((p) => p.disconnectType)));

  // The documented form, as people post it.
  const form = {
    to: { phoneNumber: '+6591234567' }, from: { phoneNumber: '+6534567890' },
    callType: 'outbound', providerId: server.provider_id,
  };
  const second = await calls.postConversationsCalls(form);
  await calls.postConversationDisconnect(second.id);

  // A refusal reaches the user of the SDK whole: the SDK rejects with the body of the answer.
  const error = await refused(calls.postConversationsCalls({ ...form, to: { phoneNumber: '6591234567' } }));
  assert.strictEqual(error.status, 400);
  assert.strictEqual(error.errors[0].code, 'address.missing_plus');
  assert.strictEqual(error.errors[0].pointer, '/to/phoneNumber');
  assert.strictEqual(error.suggestedRequest.to.phoneNumber, '+6591234567');
  assert.match(error.contextId, /^[A-Za-z0-9._-]+$/);

  // A machine's token.
  await client.loginClientCredentialsGrant(server.client_id, server.client_secret);
  const nobody = await refused(calls.postConversationsCalls(form));
  assert.strictEqual(nobody.code, 'not.a.user');
  const edges = await new platform.TelephonyProvidersEdgeApi().getTelephonyProvidersEdges();
  assert.ok(edges.entities.some((edge) => edge.id === server.edge_id));
  // The resources of telephony, by the vendor's own methods.
  client.setAccessToken(server.admin_token);
  const telephony = new platform.TelephonyProvidersEdgeApi();
  const base = await telephony.postTelephonyProvidersEdgesTrunkbasesettings({
    name: 'Second carrier', trunkType: 'EXTERNAL', trunkMetabase: { id: 'external_sip' }, sip: { host: '192.0.2.7' },
  });
  const renamed = await telephony.putTelephonyProvidersEdgesTrunkbasesetting(base.id, { ...base, name: 'Third carrier' });
  assert.strictEqual(renamed.version, 2);
  const stale = await refused(telephony.putTelephonyProvidersEdgesTrunkbasesetting(base.id, base));
  assert.strictEqual(stale.status, 409);
  assert.match(stale.message, /version 1, but version 2/);
  const trunk = await telephony.getTelephonyProvidersEdgesTrunk(base.id);
  assert.strictEqual(trunk.trunkBase.id, base.id);
  const site = (await telephony.getTelephonyProvidersEdgesSites()).entities[0];
  const route = await telephony.postTelephonyProvidersEdgesSiteOutboundroutes(site.id, {
    name: 'Japan', classificationTypes: ['International'], externalTrunkBases: [{ id: base.id }], prefixes: ['+81'],
  });
  const used = await refused(telephony.deleteTelephonyProvidersEdgesTrunkbasesetting(base.id));
  assert.match(used.errors[0].found, /Japan/);
  await telephony.deleteTelephonyProvidersEdgesSiteOutboundroute(site.id, route.id);
  await telephony.deleteTelephonyProvidersEdgesTrunkbasesetting(base.id);
  const pool = await telephony.postTelephonyProvidersEdgesDidpools({
    name: 'Office', startPhoneNumber: '+6531234570', endPhoneNumber: '+6531234579',
  });
  const dids = await telephony.getTelephonyProvidersEdgesDidpoolsDids('UNASSIGNED', { id: [pool.id], pageSize: 100 });
  assert.strictEqual(dids.total, 10);
  assert.strictEqual((await telephony.getTelephonyProvidersEdgesDid(dids.entities[0].id)).phoneNumber, '+6531234570');
  await telephony.deleteTelephonyProvidersEdgesDidpool(pool.id);
  const phone = await telephony.postTelephonyProvidersEdgesPhones({
    name: 'Desk 12', site: { id: site.id }, phoneBaseSettings: { id: 'sip' }, lines: [{ name: 'Desk 12' }],
    sip: { uri: 'sip:desk12@192.0.2.12:5060' },
  });
  assert.ok(phone.warnings.some((warning) => warning.pointer === '/phoneBaseSettings'));
  const moved = await telephony.putTelephonyProvidersEdgesPhone(phone.id, { ...phone, description: 'by the window' });
  assert.strictEqual(moved.version, 2);
  assert.match((await refused(telephony.putTelephonyProvidersEdgesPhone(phone.id, phone))).message, /version 1, but version 2/);
  const phones = await telephony.getTelephonyProvidersEdgesPhones({ sortBy: 'name', sortOrder: 'DESC', name: 'Desk 12' });
  assert.strictEqual(phones.total, 1);
  assert.strictEqual((await telephony.getTelephonyProvidersEdgesLine(phone.id)).name, 'Desk 12');
  assert.strictEqual((await new platform.StationsApi().getStation(phone.id)).lineAppearanceId, phone.id);
  await telephony.deleteTelephonyProvidersEdgesPhone(phone.id);
  const floor = await telephony.postTelephonyProvidersEdgesExtensionpools({ name: 'Floor', startNumber: '2000', endNumber: '2999' });
  const wider = await telephony.putTelephonyProvidersEdgesExtensionpool(floor.id, { ...floor, endNumber: '3999' });
  assert.strictEqual((await telephony.getTelephonyProvidersEdgesExtensionpools({ number: '3500' })).entities[0].id, wider.id);
  assert.strictEqual((await telephony.getTelephonyProvidersEdgesExtensions({ number: '2001' })).total, 0);
  await telephony.deleteTelephonyProvidersEdgesExtensionpool(floor.id);
  const plans = await telephony.putTelephonyProvidersEdgesSiteNumberplans(site.id, [
    { name: 'Mobile', matchType: 'regex', match: '^\\+65[89]\\d{7}$', classification: 'Mobile' },
  ]);
  assert.deepStrictEqual(await telephony.getTelephonyProvidersEdgesSiteNumberplansClassifications(site.id), ['Mobile']);
  assert.strictEqual((await telephony.getTelephonyProvidersEdgesSiteNumberplan(site.id, plans[0].id)).match, '^\\+65[89]\\d{7}$');
  await telephony.putTelephonyProvidersEdgesSiteNumberplans(site.id, []);
  assert.ok((await telephony.getTelephonyProvidersEdgesOutboundroutes()).total >= 1);
  assert.ok((await telephony.getTelephonyProvidersEdgeTrunks(server.edge_id)).total >= 1);
  const edge = await telephony.getTelephonyProvidersEdge(server.edge_id);
  const described = await telephony.putTelephonyProvidersEdge(edge.id, { ...edge, description: 'rack 3' });
  assert.strictEqual(described.description, 'rack 3');
  await client.loginClientCredentialsGrant(server.client_id, server.client_secret);

  const agentless = await calls.postConversationsCallsUserUserId(server.agentless_user_id, {
    phoneNumber: '+6591234567', callerId: '+6534567890',
  });
  await calls.postConversationDisconnect(agentless.id);

  console.log(JSON.stringify({ placed: placed.id, second: second.id, agentless: agentless.id }));
}

main().catch((error) => {
  console.error(error instanceof Error ? error : JSON.stringify(error, null, 1));
  process.exit(1);
});
