package dev.afterimage.provider.zoo;

import java.time.Clock;
import java.util.function.Function;

/** Every double, in the order of the table in docs/providers.md. */
public enum Zoo {
    IMEJIS(ImejisDouble::new),
    RENDERFORM(RenderFormDouble::new),
    HTML_CSS_TO_IMAGE(HtmlCssToImageDouble::new),
    TEMPLATED(TemplatedDouble::new),
    BANNERBEAR(clock -> new BannerbearDouble(clock, false)),
    BANNERBEAR_JOB(clock -> new BannerbearDouble(clock, true)),
    PLACID(PlacidDouble::new),
    OPENAI(OpenAiDouble::new),
    GEMINI(GeminiDouble::new),
    STABILITY(StabilityDouble::new),
    FLUX(FluxDouble::new),
    REPLICATE(ReplicateDouble::new),
    ABYSSALE(AbyssaleDouble::new),
    CREATOMATE(CreatomateDouble::new),
    ORSHOT(OrshotDouble::new),
    DYNAPICTURES(DynaPicturesDouble::new),
    FAL(FalDouble::new),
    BEDROCK(BedrockDouble::new);

    private final Function<Clock, ApiDouble> birth;

    Zoo(Function<Clock, ApiDouble> birth) {
        this.birth = birth;
    }

    /** A new one that lives by this clock. */
    public ApiDouble in(Clock clock) {
        return birth.apply(clock);
    }
}
