// Fills a form in JavaRosa, the engine inside ODK Collect, and writes what a phone would send.
// Run by tests/lines/test_javarosa.py: java -cp ODK_Validate.jar FillForm.java FORM FOLDER ANSWERS
// ANSWERS holds lines of name=value; a photo named more than once is given to further repeats.

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.SelectOneData;
import org.javarosa.core.model.data.StringData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.reference.Reference;
import org.javarosa.core.reference.ReferenceFactory;
import org.javarosa.core.reference.ReferenceManager;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XFormSerializingVisitor;
import org.javarosa.model.xform.XFormsModule;
import org.javarosa.xform.util.XFormUtils;

public class FillForm {
    public static void main(String[] given) throws Exception {
        Map<String, Deque<String>> answers = new HashMap<>();
        for (String line : Files.readAllLines(Path.of(given[2]))) {
            int at = line.indexOf('=');
            answers.computeIfAbsent(line.substring(0, at), n -> new ArrayDeque<>())
                .add(line.substring(at + 1));
        }
        new XFormsModule().registerModule();
        ReferenceManager.instance().addReferenceFactory(new Folder(Path.of(given[1])));
        FormDef form = XFormUtils.getFormFromFormXml(given[0], null);
        form.initialize(true, new InstanceInitializationFactory());
        FormEntryModel model = new FormEntryModel(form);
        FormEntryController entry = new FormEntryController(model);
        int event = entry.stepToNextEvent();
        while (event != FormEntryController.EVENT_END_OF_FORM) {
            if (event == FormEntryController.EVENT_PROMPT_NEW_REPEAT && answers.containsKey("photo")
                && !answers.get("photo").isEmpty()) {
                entry.newRepeat();
            } else if (event == FormEntryController.EVENT_QUESTION) {
                answer(entry, model.getQuestionPrompt(), answers);
            }
            event = entry.stepToNextEvent();
        }
        entry.finalizeFormEntry();
        System.out.write(new XFormSerializingVisitor().serializeInstance(form.getMainInstance()));
        System.out.flush();
    }

    static void answer(FormEntryController entry, FormEntryPrompt asked, Map<String, Deque<String>> answers) {
        String name = asked.getIndex().getReference().getNameLast();
        Deque<String> told = answers.getOrDefault(name, new ArrayDeque<>());
        String value = told.size() > 1 || name.equals("photo") ? told.poll() : told.peek();
        if (value == null) {
            if (asked.isRequired()) {
                throw new IllegalStateException("no answer to " + name);
            }
            return;
        }
        IAnswerData data = new UncastData(value);
        if (asked.getControlType() == Constants.CONTROL_SELECT_ONE) {
            data = chosen(asked, value);
        } else if (asked.getControlType() == Constants.CONTROL_IMAGE_CHOOSE) {
            data = new StringData(value);
        } else {
            data = org.javarosa.core.model.data.AnswerDataFactory.templateByDataType(asked.getDataType())
                .cast(new UncastData(value));
        }
        int said = entry.answerQuestion(data, true);
        if (said != FormEntryController.ANSWER_OK) {
            throw new IllegalStateException(name + " = " + value + " was refused: " + said);
        }
    }

    static IAnswerData chosen(FormEntryPrompt asked, String value) {
        for (SelectChoice choice : asked.getSelectChoices()) {
            if (choice.getValue().equals(value)) {
                return new SelectOneData(choice.selection());
            }
        }
        throw new IllegalStateException(value + " is not offered");
    }

    /** Answers jr://file-csv/NAME from a folder, as a phone does from what the manifest named. */
    record Folder(Path where) implements ReferenceFactory {
        public boolean derives(String uri) {
            return uri.startsWith("jr://file-csv/");
        }

        public Reference derive(String uri) {
            return new Held(where.resolve(uri.substring("jr://file-csv/".length())), uri);
        }

        public Reference derive(String uri, String context) {
            return derive(uri);
        }
    }

    record Held(Path path, String uri) implements Reference {
        public boolean doesBinaryExist() {
            return Files.exists(path);
        }

        public InputStream getStream() throws java.io.IOException {
            return new ByteArrayInputStream(Files.readAllBytes(path));
        }

        public String getURI() {
            return uri;
        }

        public boolean isReadOnly() {
            return true;
        }

        public OutputStream getOutputStream() {
            throw new UnsupportedOperationException();
        }

        public void remove() {
            throw new UnsupportedOperationException();
        }

        public String getLocalURI() {
            return path.toString();
        }

        public Reference[] probeAlternativeReferences() {
            return new Reference[0];
        }
    }
}
