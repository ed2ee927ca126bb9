// What Stripe's own Node SDK must see at the simulator. Each function in `checks` is one check.
//
//     node checks.mjs URL        in a folder that has the package `stripe`
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {once} from 'node:events';
import {randomUUID} from 'node:crypto';
import Stripe from 'stripe';

const url = new URL(process.argv[2]);
const stripe = new Stripe('sk_test_paysaga', {
  host: url.hostname, port: url.port, protocol: 'http', maxNetworkRetries: 0});

const tell = async (what, values) =>
  (await fetch(new URL(`/_sim/${what}`, url), {method: 'POST', body: new URLSearchParams(values)}))
    .json();

const create = (more = {}) => stripe.paymentIntents.create({
  amount: 4200, currency: 'eur', payment_method_types: ['card'],
  metadata: {order_id: `o_${randomUUID()}`, ledger: 'node'}, ...more});

const paid = async (method = 'pm_card_visa', more = {}) =>
  stripe.paymentIntents.confirm((await create(more)).id, {payment_method: method});

const checks = {
  async payment() {
    const done = await paid();
    assert.equal(done.status, 'succeeded');
    const read = await stripe.paymentIntents.retrieve(done.id, {expand: ['latest_charge']});
    assert.equal(read.latest_charge.amount_captured, 4200);
    assert.equal(read.livemode, false);
  },

  async decline() {
    await assert.rejects(paid('pm_card_visa_chargeDeclinedInsufficientFunds'), error => {
      assert.ok(error instanceof Stripe.errors.StripeCardError);
      assert.equal(error.code, 'card_declined');
      assert.equal(error.decline_code, 'insufficient_funds');
      assert.equal(error.payment_intent.status, 'requires_payment_method');
      return true;
    });
  },

  async keys() {
    const order = {amount: 900, currency: 'usd', metadata: {order_id: randomUUID()}};
    const key = {idempotencyKey: randomUUID()};
    const first = await stripe.paymentIntents.create(order, key);
    assert.equal((await stripe.paymentIntents.create(order, key)).id, first.id);
    await assert.rejects(stripe.paymentIntents.create({...order, amount: 901}, key),
      Stripe.errors.StripeIdempotencyError);
  },

  async capture() {
    const held = await paid('pm_card_visa', {capture_method: 'manual'});
    assert.equal(held.status, 'requires_capture');
    const taken = await stripe.paymentIntents.capture(held.id, {amount_to_capture: 1000});
    assert.equal(taken.amount_received, 1000);
  },

  async authentication() {
    const asked = await paid('pm_card_authenticationRequired');
    assert.equal(asked.status, 'requires_action');
    assert.equal(asked.next_action.type, 'use_stripe_sdk');
    assert.equal((await tell(`play/${asked.id}`, {act: 'authenticate'})).status, 'succeeded');
  },

  async refunds() {
    const done = await paid();
    const refund = await stripe.refunds.create({payment_intent: done.id, amount: 200});
    assert.equal(refund.status, 'succeeded');
    const listed = await stripe.refunds.list({payment_intent: done.id});
    assert.deepEqual(listed.data.map(one => one.id), [refund.id]);
    await assert.rejects(stripe.refunds.create({payment_intent: done.id, amount: 4001}),
      Stripe.errors.StripeInvalidRequestError);
  },

  async paging() {
    const made = [];
    for (let i = 0; i < 12; ++i) made.push((await create()).id);
    const seen = [];
    for await (const one of stripe.paymentIntents.list({limit: 5})) {
      seen.push(one.id);
      if (seen.length === made.length) break;
    }
    assert.deepEqual(seen, made.reverse());
  },

  async webhooks() {
    let arrived;
    const first = new Promise(resolve => { arrived = resolve; });
    const shop = createServer((request, response) => {
      let body = '';
      request.on('data', part => { body += part; });
      request.on('end', () => {
        response.end();
        arrived({body, signature: request.headers['stripe-signature']});
      });
    });
    shop.listen(0, '127.0.0.1');
    await once(shop, 'listening');
    const endpoint = await stripe.webhookEndpoints.create({
      url: `http://127.0.0.1:${shop.address().port}/`,
      enabled_events: ['payment_intent.succeeded']});
    try {
      const done = await paid();
      const {body, signature} = await first;
      const event = stripe.webhooks.constructEvent(body, signature, endpoint.secret);
      assert.equal(event.data.object.id, done.id);
      assert.throws(() => stripe.webhooks.constructEvent(body, signature, 'whsec_other'),
        Stripe.errors.StripeSignatureVerificationError);
    } finally {
      await stripe.webhookEndpoints.del(endpoint.id);
      shop.closeAllConnections();
      shop.close();
    }
  },

  async events() {
    const done = await paid();
    const listed = await stripe.events.list({types: ['charge.succeeded'], limit: 1});
    assert.equal(listed.data[0].data.object.payment_intent, done.id);
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok    ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAIL  ${name}\n${error.stack}`);
  }
}
const total = Object.keys(checks).length;
console.log(`stripe_sdk: ${total - failed} of ${total} checks passed`);
process.exit(failed === 0 ? 0 : 1);
