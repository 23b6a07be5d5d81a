/**
 * Stores that Java's keytool wrote for these tests. Each contains an EC key of `CN=archive.example` and its self-signed
 * certificate, valid for a century. The password of each is `changeit`.
 */

/** `keytool -genkeypair -storetype PKCS12`: AES-256. */
export const JAVA_KEY_STORE = Buffer.from(
  [
    'MIID/AIBAzCCA6YGCSqGSIb3DQEHAaCCA5cEggOTMIIDjzCCASYGCSqGSIb3DQEHAaCCARcEggETMIIBDzCCAQsGCyqGSIb3DQEMCgECoIG9MI',
    'G6MGYGCSqGSIb3DQEFDTBZMDgGCSqGSIb3DQEFDDArBBSXSfvqiuCDOgxwTx1+oCXr/6Mx8AICJxACASAwDAYIKoZIhvcNAgkFADAdBglghkgB',
    'ZQMEASoEEGrwjvJ2bFWGj9z14KHBpR0EUK65k+AJ4euVNM2F1giPsVk9t+jFftWY5GiyRmXD8hb6Kn0aZqpm6rcGjK5rKpfM5Lw/pcS6LxCte9',
    'rfGu+B4ajdJq8q1JRkJob4clPt3cvEMTwwFwYJKoZIhvcNAQkUMQoeCABwAGEAYwBzMCEGCSqGSIb3DQEJFTEUBBJUaW1lIDE3OTU1NDMyNTU0',
    'NzEwggJhBgkqhkiG9w0BBwagggJSMIICTgIBADCCAkcGCSqGSIb3DQEHATBmBgkqhkiG9w0BBQ0wWTA4BgkqhkiG9w0BBQwwKwQUjX6nOhaWvD',
    'Utol9/DYeRwmETnq4CAicQAgEgMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBCVx3xWB5Hd4VVGC1xZ/UBrgIIB0MjDH0szisQJyOUZi6gx',
    'J1rfgQ2O4gXRO4Vsuyx8WYKw4DCG7n2mYEi719hp66mfT5MlXQiqRoGq6/TeyoeIujt//CYQ5kLvDuWC/FGWDcIysbqkWCLyeSFIX08EzNYueQ',
    'GmANfe+gMfjdeRUjBGwhbyidheNljjIgIXWhVDe8FQApR7MJ4hzit72yV0MvoN3ztD8VOFGlDVhlpaFD3zNg8EZlTH72W+RUnEtDxT+KRCLWkd',
    'pAGHtyk3mcYzJKJ4t7K2tGFMfFsHj49WMgcHFfp8c7Itwd27qXaVMIvugcjS16e+uPPWm9Ggb6hsDt1zLZ0utPtoC0a4O9xGn51gPs/l+c99Z0',
    'xZ/6rM5+QKEG92fIah7IVAlHWfi+zqNTP4VZPJMHB5lCwB6aPR4Sbm0Hr7BkVO4JNtdJEOq9frea0C7BlA0syvgZ49n9bMRomuMMc/aoP69Sw8',
    'xD6Cnc8OXVgkoirh9kqc40K/peAsuAznq5pbIvW5ryBK9jk3Mq31h6DZ7CP2SHtDvRB3VcqidWo19Vd0p+ZNYigQdGwlNUAdzTi4TgbN+XAl0s',
    'YMo8KKfQPkOzpt7AR0ktWUtXvLgKxhnYl2kcudUlIn5+hzjokUME0wMTANBglghkgBZQMEAgEFAAQgSR91DC8bk+XqkhcUszJBoF4UbppSTieJ',
    '4gUL6r2ecPMEFIG/JKCowqQn7Ziq8dD7ZpiBmqiJAgInEA==',
  ].join(''),
  'base64',
);

/** The same with `-Dkeystore.pkcs12.legacy`: RC2-40 and 3DES, which OpenSSL 3 cannot read. */
export const JAVA_LEGACY_KEY_STORE = Buffer.from(
  [
    'MIIDXAIBAzCCAxUGCSqGSIb3DQEHAaCCAwYEggMCMIIC/jCB2wYJKoZIhvcNAQcBoIHNBIHKMIHHMIHEBgsqhkiG9w0BDAoBAqB3MHUwKQYKKo',
    'ZIhvcNAQwBAzAbBBRIRy7tsvAN+HmGelON22wy5qjoQgIDAMNQBEjbYCQgmKg5UjC70z03ExA1y03T6C4pvJy/ZGBzHypP5jpc0euQqvifPpf0',
    'UlHSNiYHCYVl3aGZhWj5X6jEXc3CVEzICW3YOjIxPDAXBgkqhkiG9w0BCRQxCh4IAHAAYQBjAHMwIQYJKoZIhvcNAQkVMRQEElRpbWUgMTc5NT',
    'U0MzI1OTU5NDCCAhwGCSqGSIb3DQEHBqCCAg0wggIJAgEAMIICAgYJKoZIhvcNAQcBMCkGCiqGSIb3DQEMAQYwGwQU2j6jHnqQakzcBbLoK/oa',
    '5y0p6e8CAwDDUICCAcgKKmfX1gqnLUQ8U4tJRaAj3fOQgbW5RAiYylJqs0HWwc2jTt5BXR83LCxY7pB6x/a6uHF2chJZs93QSOazbHmZdIYCJC',
    'Nf3dcX2wLC/9ePWMkWKZzeYsvjdotiDATBTVov7N5cHg/LP78zwqR7NnGuTjVA+v0W09V3Ku1bhepHs0bF+MwTw98mWmZFaQolwbgxLf3DZsD+',
    'yT0joHksOSVQ6p5tiNInfa0GtfIThKj1WwFR7qyrNgH6wPUbf0i/V9PDDjisZLlKdV3V0zLqHqnvs0FCmuc2odHTiqCeOogo7b1bKp+DhSv4/V',
    'Y/Fy8rng8JR6bcZcfjX2BQBdFL0lXJXwTcaB+EhZ3qbt4VzXWfZIOzGHUXhsAaGASQv7Jcn4WDnbEImwsZJGOsYRv6uywFzLi/MgebWGg4S5bw',
    'Kxjxo8lwgAs3lPSfj5pxVaSvEIkdFh6ODssscVk6BEAe4KfGBGgkuwWqWHfffF+Ds54DmeAZUa4R88Mt+va4IcNayWdTaaNwpPHqnMxnB1SKIE',
    'vvXuKdwI/0HZItsBxSrfrSZVsRKpdDI4RFJWDD92caOcJOi5xdl7xwSceJdGBxZ1ACHJoZwgDLHuowPjAhMAkGBSsOAwIaBQAEFNW/jWKLfWjW',
    'VH3qNHsgv5Mewa7ZBBSd2WS5XlNPEghJOwWPxmE5PaBFzgIDAYag',
  ].join(''),
  'base64',
);

/** `keytool -importcert -storetype PKCS12`: one certificate, no key. */
export const JAVA_TRUSTSTORE = Buffer.from(
  [
    'MIICsgIBAzCCAlwGCSqGSIb3DQEHAaCCAk0EggJJMIICRTCCAkEGCSqGSIb3DQEHBqCCAjIwggIuAgEAMIICJwYJKoZIhvcNAQcBMGYGCSqGSI',
    'b3DQEFDTBZMDgGCSqGSIb3DQEFDDArBBRUMcpPnAzzSxXNaA7zWi42KMwkbQICJxACASAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHcB',
    '+hAq2zPyjAEEB0T76+OAggGwKCbIGrZJ7MNjSkWW8/xeV/OmJMcKqWZJXc7EtpGJ8oeCAHYdpVeiJi/C7yuH8HBENlPirDSqzPrwnl7LduiEZR',
    '+Vxs7HIRofSmieB9/9KNzSiB3HRNdsmuKuyGhDd/4CPhvRev6jg6vD+QxUuWrSgzQyKSdzXAVzvmidY+8CLgTVRWnC8QDzPWcQ7IljZspszS9R',
    'zfXnurNirK2nUNPn8GYhe7sGhLscw9NdTy77BlevCY5NMJ7PauBV/QRdzPYgow4FAhAV6VbvK83kgo7ldPxwajiyTXTK2FcCYwy3xmPiVvI4dW',
    '9Vh8/rKaXPMQ5XKZubc8G0w1NyiBpYFChv4aH+OcNkC3faXJe9/BkSOfpwqnuEr11qphCDo/hVe359jnPbNUFzasRgxw405bYAguq0oa2Weze/',
    'a9PgQunMmOUxqh9enPRjcEQ/fiPfV8Ri2LjQd5/hSc+NpkhHER2H/Zn4Bu/xTFWZQxiQEuLP6wFJRhOOMqVLqlh6bqYjoYvnIxeZFbVug8Xmyz',
    'Mdc4bWsRIwSImhyuZqxbMp6jcg23Pk10g3pGJrQLzgZ2e8fDaIME0wMTANBglghkgBZQMEAgEFAAQgnRXgjjIyKBN/wkQX1WR6gSDRHGL3bD4W',
    'gXR+oL2NC3sEFDjG72PAsVQM4R3ZrfG5Z+TkXxHyAgInEA==',
  ].join(''),
  'base64',
);
