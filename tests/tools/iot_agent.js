'use strict';
// An IoT agent for one lamp, built on Telefónica's iotagent-node-lib: a lazy attribute (luminosity),
// a command (switch) and a measure (power).
//
//   iot_agent.js BROKER_PORT OWN_PORT TENANT URL_OF_CONTEXT
//
// Runs until it is ended; writes "ready" when the lamp is registered and has been measured.
const iota = require('iotagent-node-lib');

const [brokerPort, ownPort, tenant, context] = process.argv.slice(2);
// Its requests for the broker name no tenant in the Registration, so those that it is sent come
// without one: `contextBroker.service` is what it takes them for.
const place = { service: tenant, subservice: '/' };
const lamp = {
    id: 'lamp1',
    name: 'urn:ngsi-ld:Lamp:1',
    type: 'Lamp',
    ...place,
    lazy: [{ name: 'luminosity', type: 'Number' }],
    commands: [{ name: 'switch', type: 'command' }],
    active: [{ name: 'power', type: 'Number' }]
};

function endOn(error) {
    if (error) {
        console.error(error);
        process.exit(1);
    }
}

function answerQuery(id, type, service, subservice, attributes, callback) {
    const answer = { id, type };
    for (const name of attributes) {
        answer[name] = { type: 'Property', value: name === 'luminosity' ? 417 : '' };
    }
    callback(null, answer);
}

function carryOut(id, type, service, subservice, commands, callback) {
    iota.getDeviceByName(id, service, subservice, (error, device) => {
        endOn(error);
        for (const command of commands) {
            iota.setCommandResult(id, 'default', '', command.name, 'is ' + command.value, 'OK', device, endOn);
        }
        callback(null, { id, type, attributes: [] });
    });
}

const config = {
    logLevel: 'ERROR',
    contextBroker: { host: '127.0.0.1', port: brokerPort, ngsiVersion: 'ld', jsonLdContext: context, ...place },
    server: { host: '127.0.0.1', port: Number(ownPort) },
    deviceRegistry: { type: 'memory' },
    types: {},
    ...place,
    providerUrl: 'http://127.0.0.1:' + ownPort,
    defaultType: 'Thing'
};
iota.activate(config, (failed) => {
    endOn(failed);
    iota.setDataQueryHandler(answerQuery);
    iota.setCommandHandler(carryOut);
    iota.register(lamp, (error, device) => {
        endOn(error);
        const measures = [{ name: 'power', type: 'Number', value: 5 }];
        iota.update(device.name, device.type, '', measures, device, (refused) => {
            endOn(refused);
            console.log('ready');
        });
    });
});
