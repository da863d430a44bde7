package dev.afterimage.testing;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;

/** RSA key pairs, made once for all tests, because making one takes a while. */
public final class Keys {

    public static final KeyPair FIRST = pair(2048);
    public static final KeyPair SECOND = pair(2048);

    private Keys() {}

    public static KeyPair pair(int bits) {
        try {
            KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
            rsa.initialize(bits);
            return rsa.generateKeyPair();
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every JDK has RSA", impossible);
        }
    }
}
