#!/usr/bin/env python3
"""Replays what can go wrong with the keys that sign URLs, on a stand-in for AWS, with the real templates and script.

A deployment is modelled as CloudFormation does it: properties that came out as they did the last time are left alone, others
are set to what the template says. A URL is signed with what a running function holds, and checked as CloudFront checks it:
by a public key of the distribution's own key group.

Run by .ci/template.sh with the Python of its tools (jmespath, sam's YAML reader). Needs openssl.
"""
import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from samcli.yamlhelper import parse_yaml_file

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
UNSET = "unset"
# As RSA Laboratories published it ("The RSA Factoring Challenge").
RSA_2048 = int(
    "25195908475657893494027183240048398571429282126204032027777137836043662020707595556264018525880784406918290641"
    "24951508218929855914917618450280848912007284499268739280728777673597141834727026189637501497182469116507761337"
    "98590957000973304597488084284017974291006424586918171951187461215151726546322822168699875491824224336372590851"
    "41865462043576798423387184774447920739934236584823824281198163815010674810451660377306056201619676256133844143"
    "60383390441495263443219011465754445417842402092461651572335077870774981712577246796292638635637328991215483143"
    "8167899885040445364023527381951378636564391212010397122822120720357")


def resolve(value, parameters, template):
    """The value with this stack's parameters and conditions; what other resources say stays as it is written."""
    if isinstance(value, list):
        resolved = [resolve(item, parameters, template) for item in value]
        return [item for item in resolved if item != {"Ref": "AWS::NoValue"}]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (function, argument), = value.items()
        if function == "Ref" and argument in parameters:
            return parameters[argument]
        if function == "Fn::If":
            chosen = argument[1] if holds(template["Conditions"][argument[0]], parameters, template) else argument[2]
            return resolve(chosen, parameters, template)
    return {name: resolve(item, parameters, template) for name, item in value.items()}


def holds(condition, parameters, template):
    (function, argument), = condition.items()
    match function:
        case "Condition":
            return holds(template["Conditions"][argument], parameters, template)
        case "Fn::Not":
            return not holds(argument[0], parameters, template)
        case "Fn::And":
            return all(holds(part, parameters, template) for part in argument)
        case "Fn::Or":
            return any(holds(part, parameters, template) for part in argument)
        case "Fn::Equals":
            left, right = (resolve(side, parameters, template) for side in argument)
            return str(left) == str(right)
    raise ValueError(f"{function} is not known here")


class Account:
    """An AWS account with nothing in it."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / "state.json"
        self.root = parse_yaml_file(str(ROOT / "template.yaml"))
        self.nested = parse_yaml_file(str(ROOT / "infra" / "delivery.yaml"))
        self.save({"stacks": {}, "groups": {}, "keys": {}, "secrets": {}, "calls": [], "ids": 0})

    def state(self):
        return json.loads(self.path.read_text())

    def save(self, state):
        self.path.write_text(json.dumps(state))

    def deploy(self, name, **samconfig):
        """sam deploy: names of samconfig.toml that the template doesn't know are left out, as sam does."""
        state = self.state()
        new = name not in state["stacks"]
        if new:
            group, placeholder, secret = f"group-{name}", f"placeholder-{name}", f"arn:aws:secretsmanager:::secret:{name}"
            state["keys"][placeholder] = {
                "config": {"Name": placeholder, "Comment": "Nobody's", "EncodedKey": self.placeholder()}, "etag": "E0"}
            state["secrets"][secret] = {"value": UNSET, "version": "0b5dd1b4-3d0a-4a6e-8d5b-1f1f4d1e2a33"}
            state["stacks"][name] = {
                "id": f"arn:aws:cloudformation:us-east-1:123456789012:stack/{name}/uuid-of-{name}",
                "parameters": {key: str(of.get("Default", "")) for key, of in self.root["Parameters"].items()},
                "outputs": {"KeyGroupId": group, "PlaceholderKeyId": placeholder, "SigningKeySecret": secret,
                            "DistributionId": f"distribution-{name}"},
                "version_parameters": self.version_parameters(),
                "functions_hold": UNSET, "samconfig": None, "deployed": None, "distribution": None}
        stack = state["stacks"][name]
        before = dict(stack["parameters"])
        stack["parameters"].update({key: value for key, value in samconfig.items() if key in before})
        given = resolve(self.root["Resources"]["Delivery"]["Properties"]["Parameters"], stack["parameters"], self.root)
        group, distribution = (
            resolve(self.nested["Resources"][part]["Properties"], given, self.nested) for part in ("KeyGroup", "Distribution"))
        deployed = {"KeyGroup": group, "Distribution": distribution}
        if stack["deployed"] is None or stack["deployed"]["KeyGroup"] != group:
            items = [stack["outputs"]["PlaceholderKeyId"] if item == {"Ref": "PlaceholderKey"} else item
                     for item in group["KeyGroupConfig"]["Items"]]
            state["groups"][stack["outputs"]["KeyGroupId"]] = {"config": {"Name": name, "Items": items}, "etag": "E1"}
        if stack["deployed"] is None or stack["deployed"]["Distribution"] != distribution:
            config = distribution["DistributionConfig"]
            stack["distribution"] = {
                "enabled": config["Enabled"],
                "groups": [stack["outputs"]["KeyGroupId"] if item == {"Ref": "KeyGroup"} else item
                           for item in config["DefaultCacheBehavior"]["TrustedKeyGroups"]]}
        # A new version's functions read the secret when they start. Another samconfig.toml is another artefact, and so a version;
        # another value of a parameter is one only where the version's description has it.
        if stack["samconfig"] != samconfig or any(
                stack["parameters"][key] != before[key] for key in stack["version_parameters"]):
            stack["functions_hold"] = state["secrets"][stack["outputs"]["SigningKeySecret"]]["value"]
        stack.update(deployed=deployed, samconfig=samconfig)
        self.save(state)

    def version_parameters(self):
        """The parameters of which another value makes another version of every function, because its description has them."""
        functions = [of["Properties"] for of in self.root["Resources"].values() if of["Type"] == "AWS::Serverless::Function"]
        return [name for name in self.root["Parameters"] if all(
            resolve(of.get("VersionDescription"), {name: "one"}, self.root)
            != resolve(of.get("VersionDescription"), {name: "another"}, self.root) for of in functions)]

    def placeholder(self):
        return self.nested["Resources"]["PlaceholderKey"]["Properties"]["PublicKeyConfig"]["EncodedKey"]

    def script(self, *arguments):
        """Exit code and what was said."""
        environment = os.environ | {
            "PATH": os.pathsep.join([str(HERE), str(pathlib.Path(sys.executable).parent), os.environ["PATH"]]),
            "AWS_STATE": str(self.path)}
        ended = subprocess.run(
            [str(ROOT / "infra" / "rotate-cdn-keys.sh"), *arguments], env=environment, text=True, capture_output=True)
        return ended.returncode, ended.stdout + ended.stderr

    def quarter_of_an_hour_passes(self):
        state = self.state()
        for stack in state["stacks"].values():
            stack["functions_hold"] = state["secrets"][stack["outputs"]["SigningKeySecret"]]["value"]
        self.save(state)

    def url(self, name):
        """What a function of the stack signs now."""
        held = self.state()["stacks"][name]["functions_hold"]
        if held == UNSET:
            return None
        key = json.loads(held)
        policy = f"https://{name}.example.com/images/some".encode()
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as private:
            private.write(key["privateKey"])
            private.flush()
            signature = subprocess.run(
                ["openssl", "dgst", "-sha256", "-sign", private.name], input=policy, capture_output=True, check=True).stdout
        return {"key": key["keyPairId"], "policy": policy, "signature": signature}

    def delivers(self, name, url):
        """Whether the stack's distribution takes the URL."""
        state = self.state()
        distribution = state["stacks"][name]["distribution"]
        trusted = {key for group in distribution["groups"] for key in state["groups"][group]["config"]["Items"]}
        if url is None or not distribution["enabled"] or url["key"] not in trusted:
            return False
        with tempfile.TemporaryDirectory() as folder:
            public, signature = pathlib.Path(folder) / "public.pem", pathlib.Path(folder) / "signature"
            public.write_text(state["keys"][url["key"]]["config"]["EncodedKey"])
            signature.write_bytes(url["signature"])
            return subprocess.run(
                ["openssl", "dgst", "-sha256", "-verify", public, "-signature", signature],
                input=url["policy"], capture_output=True).returncode == 0


class Keys(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.aws = Account(folder.name)

    def script(self, *arguments):
        code, said = self.aws.script(*arguments)
        self.assertEqual(code, 0, said)
        return said

    def refused(self, *arguments):
        code, said = self.aws.script(*arguments)
        self.assertNotEqual(code, 0, said)
        return said

    def signing(self, *names):
        for name in names:
            self.aws.deploy(name)
            self.script(name)
        self.aws.quarter_of_an_hour_passes()

    def delivers_its_own(self, name):
        return self.aws.delivers(name, self.aws.url(name))

    def test_before_the_first_key_nothing_is_delivered_and_after_it_what_the_stack_signs(self):
        self.aws.deploy("afterimage")
        self.assertFalse(self.delivers_its_own("afterimage"))
        self.script()
        self.aws.quarter_of_an_hour_passes()
        self.assertTrue(self.delivers_its_own("afterimage"))

    def test_the_placeholder_is_the_number_that_nobody_can_factor(self):
        shown = subprocess.run(["openssl", "rsa", "-pubin", "-noout", "-modulus"], input=self.aws.placeholder(), text=True,
                               capture_output=True, check=True).stdout
        self.assertEqual(int(shown.removeprefix("Modulus="), 16), RSA_2048)

    def test_a_second_stack_made_with_the_first_ones_samconfig_has_keys_of_its_own(self):
        self.signing("afterimage")
        production = self.aws.url("afterimage")
        # What a guided deployment of an earlier version wrote into samconfig.toml.
        self.aws.deploy("afterimage-staging", CdnKey=production["key"], CdnFormerKey=production["key"])
        for wish in ([], [], ["--retire"], ["--leaked"]):
            self.script(*wish, "afterimage-staging")
            self.aws.quarter_of_an_hour_passes()
            self.assertTrue(self.aws.delivers("afterimage", production), wish)
            self.assertTrue(self.delivers_its_own("afterimage"), wish)
            self.assertTrue(self.delivers_its_own("afterimage-staging"), wish)
        self.assertFalse(self.aws.delivers("afterimage-staging", production))
        self.assertFalse(self.aws.delivers("afterimage", self.aws.url("afterimage-staging")))

    def test_a_key_of_another_stack_is_neither_rotated_nor_deleted(self):
        self.signing("afterimage", "afterimage-staging")
        state = self.aws.state()
        of_production = state["groups"]["group-afterimage"]["config"]["Items"]
        state["groups"]["group-afterimage-staging"]["config"]["Items"] += of_production
        self.aws.save(state)
        for wish in ([], ["--retire"], ["--leaked"]):
            before = self.aws.state()
            said = self.refused(*wish, "afterimage-staging")
            self.assertIn(of_production[0], said)
            after = self.aws.state()
            for kept in ("groups", "keys", "secrets", "stacks"):
                self.assertEqual(before[kept], after[kept], wish)
        self.assertTrue(self.delivers_its_own("afterimage"))

    def test_a_deployment_from_a_machine_with_an_older_samconfig_changes_no_key(self):
        self.aws.deploy("afterimage", CdnKey="", CdnFormerKey="", ProviderRate="10")
        self.script()
        self.script()
        self.aws.quarter_of_an_hour_passes()
        url = self.aws.url("afterimage")
        for samconfig in ({"CdnKey": "", "CdnFormerKey": ""}, {"CdnKey": "KOLD"}, {"ProviderRate": "20"}, {"SecretsVersion": "0"}):
            self.aws.deploy("afterimage", **samconfig)
            self.assertTrue(self.aws.delivers("afterimage", url), samconfig)
            self.assertTrue(self.delivers_its_own("afterimage"), samconfig)

    def test_no_parameter_reaches_the_keys(self):
        parameters = {name: str(of.get("Default", "")) for name, of in self.aws.root["Parameters"].items()}
        given = self.aws.root["Resources"]["Delivery"]["Properties"]["Parameters"]
        for name in parameters:
            changed = copy.deepcopy(parameters)
            changed[name] = "another"
            for part, reads in (("KeyGroup", lambda of: of),
                                ("Distribution", lambda of: [of["DistributionConfig"]["Enabled"],
                                                             of["DistributionConfig"]["DefaultCacheBehavior"]["TrustedKeyGroups"]])):
                seen = [reads(resolve(self.aws.nested["Resources"][part]["Properties"],
                                      resolve(given, values, self.aws.root), self.aws.nested))
                        for values in (parameters, changed)]
                self.assertEqual(*seen, name)

    def test_a_rotation_refuses_no_url_and_retiring_refuses_the_former_keys_only(self):
        self.signing("afterimage")
        former = self.aws.url("afterimage")
        self.script()
        self.assertTrue(self.delivers_its_own("afterimage"), "functions that have not read the secret again")
        self.aws.quarter_of_an_hour_passes()
        self.assertNotEqual(self.aws.url("afterimage")["key"], former["key"])
        self.assertTrue(self.aws.delivers("afterimage", former))
        self.assertTrue(self.delivers_its_own("afterimage"))
        self.script("--retire")
        self.assertFalse(self.aws.delivers("afterimage", former))
        self.assertTrue(self.delivers_its_own("afterimage"))
        self.assertNotIn(former["key"], self.aws.state()["keys"])

    def test_a_leaked_key_outlives_an_unchanged_deployment_and_ends_with_leaked(self):
        self.signing("afterimage")
        thiefs = self.aws.url("afterimage")
        self.aws.deploy("afterimage")
        self.assertTrue(self.aws.delivers("afterimage", thiefs))
        self.assertEqual(self.aws.url("afterimage")["key"], thiefs["key"], "an unchanged deployment replaces nothing")
        self.script("--leaked")
        self.assertFalse(self.aws.delivers("afterimage", thiefs))
        self.assertTrue(self.delivers_its_own("afterimage"), "at once, without waiting for the secret to be read again")

    def test_a_rotation_that_broke_off_is_mended_by_the_next(self):
        self.signing("afterimage")
        url = self.aws.url("afterimage")
        state = self.aws.state()
        state["keys"]["KHALF"] = {
            "config": {"Name": "half", "Comment": "afterimage uuid-of-afterimage", "EncodedKey": ""}, "etag": "E9"}
        state["groups"]["group-afterimage"]["config"]["Items"] = ["KHALF", url["key"]]
        self.aws.save(state)
        self.script()
        self.assertTrue(self.delivers_its_own("afterimage"))
        self.aws.quarter_of_an_hour_passes()
        self.assertTrue(self.delivers_its_own("afterimage"))
        self.assertTrue(self.aws.delivers("afterimage", url))
        self.assertNotIn("KHALF", self.aws.state()["keys"])

    def test_retiring_keeps_the_key_that_signs(self):
        self.aws.deploy("afterimage")
        self.assertIn("no key signs yet", self.refused("--retire"))
        self.script()
        self.script("--retire")
        self.aws.quarter_of_an_hour_passes()
        self.assertTrue(self.delivers_its_own("afterimage"))

    def test_a_stack_that_is_not_there_is_said_in_words(self):
        self.assertIn("there is no stack 'nowhere'", self.refused("nowhere"))


if __name__ == "__main__":
    unittest.main()
