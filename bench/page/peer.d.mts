export declare function makePeer(privateKey: CryptoKey, certificate: Uint8Array): (blob: Blob) => Promise<Blob>
