package dev.afterimage.architecture;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.EntityTree;
import com.sun.source.doctree.LinkTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.StartElementTree;
import com.sun.source.doctree.TextTree;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A Javadoc comment, without its block tags, as one line of Markdown that may stand in a table. */
final class JavadocMarkdown {

    private JavadocMarkdown() {}

    /**
     * Writes the comment.
     *
     * @param comment null is no comment, and an empty text
     * @param sibling how a method of the same type is called where it is linked to, such as {@code #ttl()}
     */
    static String of(DocCommentTree comment, UnaryOperator<String> sibling) {
        return comment == null
                ? ""
                : of(comment.getFullBody(), sibling).replaceAll("\\s+", " ").strip();
    }

    private static String of(List<? extends DocTree> parts, UnaryOperator<String> sibling) {
        return parts.stream().map(part -> of(part, sibling)).collect(Collectors.joining());
    }

    private static String of(DocTree part, UnaryOperator<String> sibling) {
        return switch (part) {
            case TextTree text -> text.getBody().replace("|", "\\|").replace("<", "&lt;");
            case LiteralTree literal
            when literal.getKind() == DocTree.Kind.CODE ->
                "`" + literal.getBody().getBody().replace("|", "\\|") + "`";
            case LiteralTree literal -> literal.getBody().getBody();
            case LinkTree link when !link.getLabel().isEmpty() -> of(link.getLabel(), sibling);
            case LinkTree link -> "`" + target(link.getReference().getSignature(), sibling) + "`";
            case EntityTree entity -> entity.toString();
            case StartElementTree element when element.getName().contentEquals("p") -> "<br>";
            default -> throw new IllegalStateException("Write Javadoc of configuration without: " + part);
        };
    }

    private static String target(String reference, UnaryOperator<String> sibling) {
        String name = reference.replaceAll("\\(.*", "");
        return name.startsWith("#") ? sibling.apply(name.substring(1)) : name.replace('#', '.');
    }
}
