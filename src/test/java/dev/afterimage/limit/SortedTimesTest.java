package dev.afterimage.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class SortedTimesTest {

    @Property
    void behavesLikeASortedList(@ForAll @Size(max = 200) List<@IntRange(min = -40, max = 40) Integer> steps) {
        SortedTimes times = new SortedTimes();
        List<Long> model = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            long time = steps.get(i);
            switch (i % 7) {
                case 3, 5 -> {
                    times.remove(time);
                    model.remove(time);
                }
                case 6 -> {
                    times.removeUpTo(time - 30);
                    model.removeIf(other -> other <= time - 30);
                }
                default -> {
                    times.add(time);
                    model.add(time);
                }
            }
            Collections.sort(model);

            List<Long> content = new ArrayList<>();
            for (int rank = 0; rank < times.size(); rank++) {
                content.add(times.get(rank));
            }
            assertThat(content).isEqualTo(model);
            assertThat(times.countUpTo(time)).isEqualTo((int)
                    model.stream().filter(other -> other <= time).count());
        }
    }
}
